import { ORDINARY, SHARE_OF_BUDGET } from './cell.ts'
import { RATES, TIERS } from './generator.ts'
import { bestReference, falseAlarms, LINES, reading } from './report.ts'
import { added, NO_FAULT, poissonInterval, type Tally, wilson } from './tally.ts'

/** The tallies as Markdown: what the README shows, then every tier and rate. */
export function tables(tallies: readonly Tally[]): string {
  return [summary(tallies), details(tallies), odd(tallies), newcomers(tallies), fleet(tallies)].join('\n\n')
}

function summary(tallies: readonly Tally[]): string {
  const rows = LINES.map((line) => {
    const own = reading(tallies, line, 'assay')
    const other = bestReference(tallies, line)
    return [
      line.name,
      `${percent(own.recall)} ${between(own.interval)}`,
      own.delay ?? '–',
      percent(other.recall),
      other.delay ?? '–',
      percent(line.goal),
      own.n,
    ]
  })
  const quiet = ['volume', 'platform', 'fill'].flatMap((channel) => {
    const z = falseAlarms(tallies, `${NO_FAULT}, ${channel}`, 'z>3 without')
    const reference = `${z.rate.toFixed(2)} at 3 deviations`
    return [
      ['', NO_FAULT, reference, SHARE_OF_BUDGET] as const,
      [', holidays left out', ORDINARY, '', ''] as const,
    ].map(([what, fault, beside, goal]) => {
      const own = falseAlarms(tallies, `${fault}, ${channel}`, 'assay')
      const rate = `${own.rate.toFixed(3)} (${own.lower.toFixed(3)}–${own.upper.toFixed(3)})`
      return [`False alarms a series-week, ${channel}${what}`, rate, '', beside, '', goal, Math.round(own.n)]
    })
  })
  return markdown(
    ['Case', 'Found (95 %)', 'Delay, h', 'z-score at equal false alarms', 'Delay, h', 'Goal', 'n'],
    [...quiet, ...rows],
  )
}

/** One row a fault, a column a tier and rate: recall in percent; and false alarms a series-week. */
function details(tallies: readonly Tally[]): string {
  const cells = TIERS.flatMap((tier) => RATES.map((rate) => ({ tier, rate })))
  const names = [
    ...new Set(tallies.filter(({ tier }) => TIERS.some((each) => each === tier)).map(({ fault }) => fault)),
  ]
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
      const [lower, upper] = poissonInterval(hits)
      return fault.endsWith(NO_FAULT)
        ? `${(hits / n).toFixed(3)} (${(lower / n).toFixed(3)}–${(upper / n).toFixed(3)})`
        : `${percent(hits / n)} ${between(wilson(hits, n))}`
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
        return n === 0
          ? []
          : [[`${fault}, ${tier}, ${least}/h and more`, `${percent(hits / n)} ${between(wilson(hits, n))}`, n]]
      }),
    )
  })
  return markdown(['Fleet', '', 'n'], rows)
}

function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(ratio > 0.99 && ratio < 1 ? 1 : 0)} %`
}

function between([lower, upper]: readonly [number, number]): string {
  return `(${Math.round(100 * lower)}–${Math.round(100 * upper)})`
}
