import type { Outcome } from '../../model/observation.ts'
import type { Duration } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import type { WindowDelta } from '../../observe/windows/delta.ts'
import type { Meters } from './meters.ts'

/** What one stored batch held, as far as it is counted: what `observeBatch` answers, and whose it is. */
export interface CommitSummary {
  readonly source: string
  /** Every record, by outcome. */
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly delta: WindowDelta
  /** Records quarantined, kept or not, by reason. */
  readonly quarantined: ReadonlyMap<string, number>
  /** Delays of timed records of planned events, by event. */
  readonly delays: ReadonlyMap<string, readonly Duration[]>
  /** From the oldest record's arrival to the commit; null where that says nothing (a replay). */
  readonly ingestDelay: Duration | null
}

/** Adds what a batch held to the counters. Call it once the batch is stored. */
export function recordCommit({ series, delay, ingest }: Meters, plan: Plan, commit: CommitSummary): void {
  const { source, outcomes, delta, quarantined, delays, ingestDelay } = commit
  const labelsOf = (event: string) => ({ domain: plan.events.get(event)?.domain ?? '', event, source })
  for (const [outcome, count] of Object.entries(outcomes)) series.add('assay_records_total', { source, outcome }, count)
  for (const { series: key, counts } of delta.windows) {
    if (key.kind !== 'planned') continue
    const labels = labelsOf(key.event)
    series.add('assay_events_total', labels, counts.received)
    series.add('assay_duplicates_total', labels, counts.duplicates)
    series.add('assay_late_total', labels, counts.late)
  }
  for (const { series: key, finding, count } of delta.findings) {
    if (finding.kind !== 'violation' || key.kind !== 'planned') continue
    series.add('assay_violations_total', { ...labelsOf(key.event), check: finding.keyword }, count)
  }
  for (const [reason, count] of quarantined) {
    series.add('assay_quarantined_total', { source, reason }, count)
  }
  for (const [event, durations] of delays) delay.observe(labelsOf(event), durations)
  if (ingestDelay !== null) ingest.observe({ source }, [ingestDelay])
}
