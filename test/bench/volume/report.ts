import type { Figure } from '../figure.ts'
import { DENSE_OUTAGE, OWN } from './cell.ts'
import { GONE } from './faults.ts'
import { PERFECT } from './perfect.ts'
import { added, median, NO_FAULT, poissonInterval, type Tally, wilson } from './tally.ts'

/** One line of the report: a figure of Assay's beside the goal and the z-score's. */
interface Line {
  readonly name: string
  readonly fault: string
  readonly matches?: (tally: Tally) => boolean
  readonly goal: number
  /** Hours within which it counts as found; left out: while the fault lasts. */
  readonly within?: number
  /** Hours that half of what is found may take. */
  readonly delay?: number
}

const from = (rate: number) => (tally: Tally) => tally.rate >= rate
const at = (rate: number) => (tally: Tally) => tally.rate === rate

/** Cases with a goal. */
export const LINES: readonly Line[] = [
  { name: 'outage within 1 h, 50 expected in it', fault: DENSE_OUTAGE, goal: 0.99, within: 1 },
  { name: '-50 % for 6 h, 500/h and more', fault: '-50 % for 6 h', matches: from(500), goal: 0.95 },
  { name: '-50 % for 6 h, 50/h', fault: '-50 % for 6 h', matches: at(50), goal: 0.77 },
  {
    name: '-20 % for 48 h, quiet, 500/h and more',
    fault: '-20 % for 48 h',
    matches: (tally) => tally.tier === 'quiet' && tally.rate >= 500,
    goal: 0.9,
  },
  {
    name: 'one platform -30 % for 48 h, 500/h and more',
    fault: 'one platform -30 % for 48 h',
    matches: from(500),
    goal: 0.99,
    delay: 6,
  },
  { name: 'one platform -30 % for 48 h, 50/h', fault: 'one platform -30 % for 48 h', matches: at(50), goal: 0.9 },
  {
    name: 'one platform gone within 3 h, 50/h and more',
    fault: GONE,
    matches: from(50),
    goal: 1,
    within: 3,
  },
  { name: 'one platform gone within 3 h, 50/h and more of its own', fault: `${OWN}${GONE}`, goal: 1, within: 3 },
  { name: '3x spike for 2 h, 500/h and more', fault: '3x spike for 2 h', matches: from(500), goal: 0.98 },
  { name: '3x spike for 2 h, 50/h', fault: '3x spike for 2 h', matches: at(50), goal: 0.83 },
  { name: 'outage on day 1, 50/h and more', fault: 'outage on day 1', matches: from(50), goal: 0.98 },
  {
    name: '-50 % for 6 h from day 7, 500/h and more',
    fault: '-50 % for 6 h from day 7',
    matches: from(500),
    goal: 0.7,
  },
  {
    name: 'fill rate 0.97 to 0.92 within 6 h, 500/h and more',
    fault: 'fill rate 0.97 to 0.92',
    matches: from(500),
    goal: 1,
    within: 6,
  },
]

/** The z-score with the equal number of false alarms that did better. */
const REFERENCES = ['z without', 'z with'] as const

/** What a line says of one contender. */
interface Reading {
  readonly recall: number
  readonly interval: readonly [number, number]
  readonly delay: number | null
  readonly n: number
}

export function reading(tallies: readonly Tally[], line: Line, contender: string): Reading {
  const { n, hits, delays } = added(
    tallies,
    (tally) => tally.fault === line.fault && tally.contender === contender && (line.matches?.(tally) ?? true),
  )
  const found = line.within === undefined ? hits : delays.filter((delay) => delay <= (line.within ?? 0)).length
  return { recall: n === 0 ? 0 : found / n, interval: wilson(found, n), delay: median(delays), n }
}

/** Of so many trials, whatever they are called, those found in time. */
export function foundWithin(
  tallies: readonly Tally[],
  within: number,
  matches: (tally: Tally) => boolean,
): { readonly hits: number; readonly n: number } {
  const { n, delays } = added(tallies, matches)
  return { n, hits: delays.filter((delay) => delay <= within).length }
}

export function bestReference(tallies: readonly Tally[], line: Line): Reading {
  const [first, second] = REFERENCES.map((name) => reading(tallies, line, name))
  if (first === undefined || second === undefined) throw new Error('no reference')
  return first.recall >= second.recall ? first : second
}

/** False alarms a series-week, with a 95 % interval. */
export function falseAlarms(
  tallies: readonly Tally[],
  fault: string,
  contender: string,
  matches: (tally: Tally) => boolean = () => true,
) {
  const { n, hits } = added(
    tallies,
    (tally) => tally.fault === fault && tally.contender === contender && matches(tally),
  )
  const [lower, upper] = poissonInterval(hits)
  return { rate: n === 0 ? 0 : hits / n, lower: n === 0 ? 0 : lower / n, upper: n === 0 ? 0 : upper / n, hits, n }
}

export function figures(tallies: readonly Tally[]): Figure[] {
  const recall = LINES.flatMap((line): Figure[] => {
    const own = reading(tallies, line, 'assay')
    if (own.n === 0) return []
    const other = bestReference(tallies, line)
    const shared = { reference: 'z-score by hour of week at equal false alarms' }
    const found: Figure = {
      name: `volume: recall, ${line.name}`,
      value: round(own.recall),
      unit: 'ratio',
      ...shared,
      ...against(own.recall, other.recall),
    }
    if (own.delay === null) return [found]
    const name = `volume: median delay, ${line.name}`
    return [found, { name, value: own.delay, unit: 'buckets', ...shared, reference_value: other.delay, ratio: null }]
  })
  const quiet = ['volume', 'platform', 'fill'].flatMap((channel): Figure[] => {
    const { rate, n } = falseAlarms(tallies, `${NO_FAULT}, ${channel}`, 'assay')
    const three = falseAlarms(tallies, `${NO_FAULT}, ${channel}`, 'z>3 without').rate
    const named = {
      name: `volume: false alarms, ${channel}`,
      unit: 'a series-week',
      reference: 'z-score beyond 3, tested bucket left out',
    }
    return n === 0 ? [] : [{ ...named, value: round(rate), ...against(rate, three) }]
  })
  return [...quiet, ...recall, goneFigure(tallies)]
}

/** How near to what anybody could find. */
function goneFigure(tallies: readonly Tally[]): Figure {
  const recall = (contender: string): number => {
    const { hits, n } = foundWithin(
      tallies,
      3,
      (each) => each.fault === GONE && each.contender === contender && each.rate === 50,
    )
    return n === 0 ? 0 : hits / n
  }
  return {
    name: 'volume: recall, one platform gone within 3 h, 50/h',
    value: round(recall('assay')),
    unit: 'ratio',
    reference: `${PERFECT}, the allowance spent on nothing else`,
    ...against(recall('assay'), recall(PERFECT)),
  }
}

function against(value: number, reference: number) {
  return { reference_value: round(reference), ratio: reference === 0 ? null : round(value / reference) }
}

export function round(value: number): number {
  return Number(value.toFixed(4))
}
