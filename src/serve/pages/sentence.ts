import { type Incident, subjectOf } from '../../model/incident.ts'
import type { SliKind } from '../../model/sli.ts'
import { DAY } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Standing } from '../standing.ts'
import { html, type Html } from './html.ts'
import { capitalised, type Clock, count, counted, list, percent, span } from './words.ts'

const TROUBLE: Readonly<Record<SliKind, string>> = {
  validity: 'has been breaking its contract',
  completeness: 'has been arriving with properties missing',
  freshness: 'has been silent or too old',
  uniqueness: 'has been arriving more than once',
  timeliness: 'has been arriving late',
  volume: 'has had an unusual volume',
  landing: 'has not been reaching its table',
  lag: 'has been read too slowly',
}

/** What an incident is, as a colleague would say it. Without a full stop. */
export function incidentSentence(incident: Incident, plan: Plan, clock: Clock): Html {
  const since = html`since ${clock.mark(incident.startedAt)}`
  if (incident.event === null) return html`Assay itself: ${incident.explanation[0] ?? 'it could not judge'} ${since}`
  const kind = plan.slos.find(({ name }) => name === incident.slos[0])?.kind
  const trouble = kind === 'freshness' && incident.resolvedAt === null ? 'has been silent' : TROUBLE[kind ?? 'validity']
  if (incident.resolvedAt === null) return html`<em>${subjectOf(incident)}</em> ${trouble} ${since}`
  const until = incident.endedAt ?? incident.resolvedAt
  return html`<em>${subjectOf(incident)}</em> ${trouble.replace('has been', 'was').replace(/^has /, 'had ')} from ${clock.mark(
    incident.startedAt,
  )} to ${clock.mark(until)}`
}

/** `61 % of the 30-day budget is gone`; null where no budget has been measured. */
export function budgetSentence({ slo, verdict }: Standing): string | null {
  const { budgetRemaining } = verdict
  if (budgetRemaining === null) return null
  const window = slo.window % DAY === 0 ? `${slo.window / DAY}-day` : span(slo.window)
  const gone = 1 - budgetRemaining
  if (gone >= 2) return `the ${window} budget is spent ${gone >= 100 ? count(gone) : gone.toFixed(1)} times over`
  if (gone >= 1) return `the whole ${window} budget is gone`
  return `${percent(Math.max(0, gone))} of the ${window} budget is gone`
}

/** In how long the budget is gone at the last hour's rate; null where it isn't being burnt, or already is. */
export function goneIn({ slo, verdict }: Standing): string | null {
  const burn = verdict.burn['1h'] ?? verdict.burn['6h']
  if (burn === null || burn <= 1 || verdict.budgetRemaining === null || verdict.budgetRemaining <= 0) return null
  return span((verdict.budgetRemaining * slo.window) / burn)
}

export interface Overview {
  readonly plan: Plan
  readonly clock: Clock
  readonly open: readonly Incident[]
  readonly standings: readonly Standing[]
  readonly hasArrivals: boolean
}

/** The first words of Home: is anything wrong, and whose is it? */
export function overviewSentence({ plan, clock, open, standings, hasArrivals }: Overview): Html {
  if (!hasArrivals && open.length === 0) return html`No event has arrived yet.`
  const broken = Map.groupBy(open, ({ domain }) => domain)
  const judged = standings.filter(({ verdict }) => verdict.outcome === 'met' || verdict.outcome === 'violated')
  const missed = Map.groupBy(
    judged.filter(({ verdict, slo }) => verdict.outcome === 'violated' && !broken.has(slo.domain)),
    ({ slo }) => slo.domain,
  )
  const fine = [...new Set(judged.map(({ slo }) => slo.domain))].filter(
    (domain) => !broken.has(domain) && !missed.has(domain),
  )
  const unknown = [...plan.domains.keys()].filter(
    (domain) => !broken.has(domain) && !missed.has(domain) && !fine.includes(domain),
  )
  const sentences = [
    ...(open.length > 3
      ? [
          html`${capitalised(someOf([...broken].map(([domain, of]) => `${domain} (${of.length})`)))} ${
            broken.size === 1 ? 'has' : 'have'
          } ${counted(open.length, 'open incident')}.`,
        ]
      : open.map(
          (incident) =>
            html`${capitalised(incident.domain)}: ${incidentSentence(incident, plan, clock)}${budgetOf(incident, standings)}.`,
        )),
    missed.size > 0 &&
      html`${capitalised(someOf([...missed.keys()]))} ${missed.size === 1 ? 'is' : 'are'} below ${counted(
        [...missed.values()].flat().length,
        'objective',
      )}, without an open incident.`,
    fine.length > 0 && html`${capitalised(someOf(fine))} ${fine.length === 1 ? 'is' : 'are'} fine.`,
    unknown.length > 0 && html`${capitalised(someOf(unknown))} can't be judged yet.`,
  ].filter((sentence) => sentence !== false)
  return html`${sentences.flatMap((sentence, index) => (index === 0 ? [sentence] : [' ', sentence]))}`
}

function budgetOf(incident: Incident, standings: readonly Standing[]): string {
  const first = standings.find(({ slo }) => slo.name === incident.slos[0])
  const sentence = first === undefined ? null : budgetSentence(first)
  return sentence === null ? '' : `; ${sentence}`
}

function someOf(names: readonly string[]): string {
  return names.length <= 5 ? list(names) : `${names.slice(0, 4).join(', ')} and ${count(names.length - 4)} more`
}
