import { OWN, OWN_RATE } from './cell.ts'
import { GONE } from './faults.ts'
import { markdown, rateOf, recallOf } from './markdown.ts'
import { PERFECT } from './perfect.ts'
import { falseAlarms, foundWithin } from './report.ts'
import { NO_FAULT, type Tally } from './tally.ts'

const WITHIN = 3
const CONTENDERS = ['assay', PERFECT, 'z without', 'z with'] as const

/** Who finds that a platform is gone, by the rate of all platforms, by platform and time of day, and by the platform's own rate. */
export function goneTable(tallies: readonly Tally[]): string {
  const parts = [...new Set(tallies.map(({ fault }) => fault))].filter((fault) => fault.startsWith(`${GONE}, `)).sort()
  const row = (name: string, matches: (tally: Tally) => boolean): (string | number)[] => {
    const read = CONTENDERS.map((contender) =>
      foundWithin(tallies, WITHIN, (each) => each.contender === contender && matches(each)),
    )
    return [name, ...read.map(({ hits, n }) => (n === 0 ? '–' : `${hits}: ${recallOf(hits, n)}`)), read[0]?.n ?? 0]
  }
  const quiet = (name: string, fault: string, matches: (tally: Tally) => boolean): (string | number)[] => {
    const read = CONTENDERS.map((contender) => falseAlarms(tallies, fault, contender, matches))
    return [`False alarms a series-week, ${name}`, ...read.map(rateOf), Math.round(read[0]?.n ?? 0)]
  }
  const at50 = ({ rate }: Tally): boolean => rate === 50
  return markdown(
    [`One platform gone, within ${WITHIN} h`, ...CONTENDERS, 'n'],
    [
      row('50/h and more', ({ fault, rate }) => fault === GONE && rate >= 50),
      row('50/h', ({ fault, rate }) => fault === GONE && rate === 50),
      ...['day', 'night'].map((part) =>
        row(
          `50/h, by ${part}`,
          (each) => at50(each) && each.fault.startsWith(GONE) && each.fault.endsWith(`, ${part}`),
        ),
      ),
      ...parts.map((part) => row(part.replace(GONE, '50/h'), (each) => at50(each) && each.fault === part)),
      row(`${OWN_RATE}/h of its own`, (each) => at50(each) && each.fault === `${OWN}${GONE}`),
      row(`${OWN_RATE}/h and more of its own`, ({ fault }) => fault === `${OWN}${GONE}`),
      quiet('platform, 50/h', `${NO_FAULT}, platform`, at50),
      quiet('platform, 50/h and more', `${NO_FAULT}, platform`, ({ rate }) => rate >= 50),
      quiet(`platform, ${OWN_RATE}/h of its own`, `${OWN}${NO_FAULT}, platform`, at50),
    ],
  )
}
