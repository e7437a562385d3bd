import { readTableName } from '../../config/table-name.ts'
import type { Incident } from '../../model/incident.ts'
import type { Severity } from '../../model/sli.ts'
import type { Duration, Instant } from '../../model/time.ts'
import { BURN_WINDOWS, type Verdict, VERDICT_OUTCOMES } from '../../model/verdict.ts'
import type { Meters } from './meters.ts'

/** What judging a minute gave. Lists may hold only what changed; a series stays at its last value. */
export interface Evaluation {
  /** End of the minute. */
  readonly at: Instant
  readonly verdicts: readonly Verdict[]
  /** Good and total of the minute alone, by SLO: what the `_total` counters grow by. */
  readonly judged: readonly { readonly slo: string; readonly good: number; readonly total: number }[]
  readonly openIncidents: readonly Pick<Incident, 'id' | 'domain' | 'event' | 'subject' | 'severity' | 'startedAt'>[]
  /** Newest arrival of events and tables, by source. */
  readonly arrivals: readonly {
    readonly domain: string
    readonly event?: string
    readonly table?: string
    readonly source: string
    readonly lastArrival: Instant
  }[]
  /** Fill of watched properties. */
  readonly fills?: readonly {
    readonly domain: string
    readonly event?: string
    readonly table?: string
    readonly source: string
    readonly property: string
    readonly ratio: number
  }[]
  /** Records of the last whole hour. */
  readonly volumes?: readonly {
    readonly domain: string
    readonly event?: string
    readonly table?: string
    readonly source: string
    readonly observed: number
    /** Left out: the detector still learns, or the event isn't watched. All sources together. */
    readonly band?: { readonly expected: number; readonly lower: number; readonly upper: number }
  }[]
  /** How long judging took; null where that says nothing (a replay). */
  readonly duration: Duration | null
}

/** Label of an SLO that names no source: it sums those that carry its event. */
const EVERY_SOURCE = ''

/** The labels of an SLO's series: what it judges is an event, or a table of a warehouse. */
export function sloLabels({
  domain,
  event,
  subject,
  source,
  slo,
}: Pick<Verdict, 'domain' | 'event' | 'subject' | 'source' | 'slo'>): Record<string, string> {
  return subject === 'table'
    ? { domain, table: event, source: readTableName(event)?.warehouse ?? '', slo }
    : { domain, event, source: source ?? EVERY_SOURCE, slo }
}

/** Sets the gauges to what a minute's judging gave. */
export function recordEvaluation({ series, evaluation: duration }: Meters, evaluation: Evaluation): void {
  const labelsOf = new Map<string, Record<string, string>>()
  for (const verdict of evaluation.verdicts) {
    const labels = sloLabels(verdict)
    labelsOf.set(verdict.slo, labels)
    series.set('assay_sli_ratio', labels, verdict.ratio)
    series.set('assay_sli_ratio_lower', labels, verdict.lower)
    series.set('assay_sli_ratio_upper', labels, verdict.upper)
    series.set('assay_slo_objective_ratio', labels, verdict.objective)
    series.set('assay_slo_error_budget_remaining_ratio', labels, verdict.budgetRemaining)
    for (const window of BURN_WINDOWS) {
      series.set('assay_slo_burn_rate', { ...labels, window }, verdict.burn[window])
    }
    for (const outcome of VERDICT_OUTCOMES) {
      series.set('assay_slo_outcome', { ...labels, outcome }, verdict.outcome === outcome ? 1 : 0)
    }
    for (const severity of ['page', 'ticket'] as const) {
      series.set('assay_slo_firing', { ...labels, severity }, verdict.firing === severity ? 1 : 0)
    }
  }
  for (const { slo, good, total } of evaluation.judged) {
    const labels = labelsOf.get(slo)
    if (labels === undefined) continue
    series.add('assay_sli_good_total', labels, good)
    series.add('assay_sli_total', labels, total)
  }
  const open: Record<Severity, number> = { page: 0, ticket: 0, info: 0 }
  series.clear('assay_incident_started_timestamp_seconds')
  for (const { id, domain, event, subject, severity, startedAt } of evaluation.openIncidents) {
    open[severity] += 1
    const labels = { domain, [subject ?? 'event']: event ?? '', severity, incident: id }
    series.set('assay_incident_started_timestamp_seconds', labels, startedAt / 1_000)
  }
  for (const [severity, count] of Object.entries(open)) series.set('assay_incidents_open', { severity }, count)
  for (const { lastArrival, ...labels } of evaluation.arrivals) {
    const age = lastArrival === 0 ? null : Math.max(0, evaluation.at - lastArrival) / 1_000
    series.set('assay_freshness_seconds', labels, age)
  }
  for (const { ratio, ...labels } of evaluation.fills ?? []) series.set('assay_completeness_ratio', labels, ratio)
  for (const { observed, band, ...labels } of evaluation.volumes ?? []) {
    series.set('assay_volume_observed', labels, observed)
    series.set('assay_volume_expected', labels, band?.expected ?? null)
    series.set('assay_volume_expected_lower', labels, band?.lower ?? null)
    series.set('assay_volume_expected_upper', labels, band?.upper ?? null)
  }
  if (evaluation.duration !== null) duration.observe({}, [evaluation.duration])
}
