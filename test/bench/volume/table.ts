import { ORDINARY, OWN } from './cell.ts'
import { GONE } from './faults.ts'
import { RATES, TIERS } from './generator.ts'
import { goneTable } from './gone-table.ts'
import { between, markdown, percent, rateOf, recallOf } from './markdown.ts'
import { bestReference, falseAlarms, LINES, reading } from './report.ts'
import { added, NO_FAULT, poissonInterval, type Tally } from './tally.ts'

/** The tallies as Markdown: what the README shows, then every tier and rate. */
export function tables(tallies: readonly Tally[]): string {
  return [
    summary(tallies),
    goneTable(tallies),
    details(tallies),
    odd(tallies),
    newcomers(tallies),
    fleet(tallies),
  ].join('\n\n')
}

/** The sheet's cases: Assay's figure beside its goal, and what a z-score makes of it whose false alarms are as many. */
function summary(tallies: readonly Tally[]): string {
  const rows = LINES.flatMap((line) => {
    const own = reading(tallies, line, 'assay')
    if (own.n === 0) return []
    const other = bestReference(tallies, line)
    const isMet = own.recall >= line.goal && (own.delay ?? 0) <= (line.delay ?? Number.POSITIVE_INFINITY)
    return [
      [
        line.name,
        `${percent(own.recall)} ${between(own.interval)}`,
        own.delay ?? '–',
        `${percent(other.recall)} ${between(other.interval)}`,
        other.delay ?? '–',
        line.delay === undefined ? percent(line.goal) : `${percent(line.goal)}, ${line.delay} h`,
        met(isMet, own.interval[1] >= line.goal),
        own.n,
      ],
    ]
  })
  const quiet = QUIET.flatMap(([channel, least, most]) => {
    const fault = `${NO_FAULT}, ${channel}`
    const own = falseAlarms(tallies, fault, 'assay')
    if (own.n === 0) return []
    const ordinary = falseAlarms(tallies, `${ORDINARY}, ${channel}`, 'assay')
    const three = falseAlarms(tallies, fault, 'z>3 without')
    const equal = `${rateOf(falseAlarms(tallies, fault, 'z without'))}; ${three.rate.toFixed(2)} at 3 deviations`
    const name = `False alarms a series-week, ${channel}`
    const isMet = met(own.rate >= least && own.rate <= most, own.upper >= least && own.lower <= most)
    return [
      [name, rateOf(own), '', equal, '', `${least}–${most}`, isMet, Math.round(own.n)],
      [`${name}, holidays left out`, rateOf(ordinary), '', '', '', '', '', Math.round(ordinary.n)],
    ]
  })
  return markdown(
    ['Case', 'Found (95 %)', 'Delay, h', 'z-score at equal false alarms', 'Delay, h', 'Goal', 'Met', 'n'],
    [...quiet, ...rows],
  )
}

/** What a channel's series may raise falsely: the least and the most. */
const QUIET = [
  ['volume', 0.01, 0.03],
  ['platform', 0.01, 0.03],
  ['fill', 0, 0.04],
] as const

function met(isMet: boolean, isWithin: boolean): string {
  return isMet ? 'yes' : isWithin ? 'no, but within the interval' : 'no'
}

/** One row a fault, a column a tier and rate: recall in percent; and false alarms a series-week. */
function details(tallies: readonly Tally[]): string {
  const cells = TIERS.flatMap((tier) => RATES.map((rate) => ({ tier, rate })))
  // What has a table of its own is left out.
  const some = tallies.filter(
    ({ tier, fault }) => TIERS.some((each) => each === tier) && !fault.startsWith(`${GONE}, `),
  )
  const names = [...new Set(some.map(({ fault }) => fault))].filter((fault) => !fault.startsWith(OWN))
  const rows = names.flatMap((fault) =>
    ['assay', 'z without', 'z with'].map((contender) => [
      fault,
      contender,
      ...cells.map(({ tier, rate }) => {
        const { n, hits } = added(
          tallies,
          (each) => each.fault === fault && each.contender === contender && each.tier === tier && each.rate === rate,
        )
        return n === 0 ? '–' : fault.startsWith('false') ? (hits / n).toFixed(3) : Math.round((100 * hits) / n)
      }),
    ]),
  )
  return markdown(['Case', 'By', ...cells.map(({ tier, rate }) => `${tier} ${rate}/h`)], rows)
}

/** Traffic of other characters: false alarms a series-week, and recall in percent. */
function odd(tallies: readonly Tally[]): string {
  const some = tallies.filter(({ fault }) => fault.startsWith('odd, '))
  const faults = [...new Set(some.map(({ fault }) => fault))]
  const rows = [...new Set(some.map(({ tier }) => tier))].map((tier) => [
    tier,
    ...faults.map((fault) => {
      const { n, hits } = added(some, (each) => each.tier === tier && each.fault === fault)
      return fault.endsWith(NO_FAULT) ? (hits / n).toFixed(3) : `${Math.round((100 * hits) / n)} %`
    }),
  ])
  return markdown(['Traffic', ...faults.map((fault) => fault.slice(5))], rows)
}

/** New events by whose season they borrow: recall in percent by rate, and false alarms a series-week. */
function newcomers(tallies: readonly Tally[]): string {
  const some = tallies.filter(({ fault }) => fault.startsWith('newcomer, '))
  const rates = [...new Set(some.map(({ rate }) => rate))].sort((a, b) => a - b)
  const rows = [...new Set(some.map(({ fault }) => fault))].map((fault) => [
    fault,
    ...rates.map((rate) => {
      const { n, hits } = added(some, (each) => each.fault === fault && each.rate === rate)
      return fault.endsWith(NO_FAULT) ? rateOf({ hits, n }) : recallOf(hits, n)
    }),
  ])
  return markdown(['Newcomers', ...rates.map((rate) => `${rate}/h`)], rows)
}

function fleet(tallies: readonly Tally[]): string {
  const names = [...new Set(tallies.map(({ fault }) => fault).filter((fault) => fault.startsWith('fleet, ')))]
  const rows = names.flatMap((fault) => {
    const all = added(tallies, (each) => each.fault === fault)
    if (fault.includes(NO_FAULT)) {
      const [lower, upper] = poissonInterval(all.hits)
      return [
        [
          fault,
          `${(all.hits / all.n).toFixed(2)} a week (${(lower / all.n).toFixed(2)}–${(upper / all.n).toFixed(2)})`,
          '',
        ],
      ]
    }
    return [50, 500].flatMap((least) =>
      ['volume', 'share'].flatMap((tier) => {
        const { n, hits } = added(tallies, (each) => each.fault === fault && each.tier === tier && each.rate >= least)
        return n === 0 ? [] : [[`${fault}, ${tier}, ${least}/h and more`, recallOf(hits, n), n]]
      }),
    )
  })
  return markdown(['Fleet', '', 'n'], rows)
}
