import { collectDefaultMetrics, Registry } from 'prom-client'
import { OUTCOMES } from '../../model/observation.ts'
import { tableOfSource } from '../../model/subject.ts'
import type { Duration, Instant } from '../../model/time.ts'
import type { StreamFigures } from '../../model/stream.ts'
import type { Plan } from '../../plan/plan.ts'
import { type CommitSummary, recordCommit } from './commit.ts'
import { type Evaluation, recordEvaluation, sloLabels } from './evaluation.ts'
import { FAMILIES, type Family, type FamilyName, UNDELIVERED } from './families.ts'
import { createHistogram } from './histogram.ts'
import { createSeries, type Series } from './series.ts'
import type { Meters } from './meters.ts'
import { recordStreams } from './stream.ts'
import { sortedText } from './text.ts'

/** Upper bounds of the event delay's buckets, in seconds: from a browser's beacon to a backfill. */
const DELAY_BOUNDS = [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400] as const

export interface MetricsOptions {
  readonly version: string
  /** Whether the process's own metrics are exported; not in replay, nor in tests. */
  readonly withProcess?: boolean
  /** Most series a metric; the rest is one `__overflow__`. */
  readonly mostSeries?: number
}

/** Every metric that Assay exports, told by the loops and read by scrapes. */
export interface Metrics {
  /** Makes the series of a plan appear at 0, so that their first increase is a rate. Again after each reload. */
  prepare(plan: Plan, receivers: readonly string[]): void
  /** A batch was stored. */
  recordCommit(plan: Plan, commit: CommitSummary): void
  /** A minute was judged. */
  recordEvaluation(evaluation: Evaluation): void
  recordNotification(receiver: string, outcome: string): void
  /** How many notifications wait, by receiver; nothing for receivers that aren't in it. */
  recordWaiting(waiting: ReadonlyMap<string, number>): void
  /** How far a source is behind, and how long it may stand still by its nature. Null: nothing known of it, or nothing more to come. */
  recordWatermark(source: string, delay: Duration | null, rhythm: Duration | null): void
  /** How far back the duplicates of a source are found. */
  recordHorizon(source: string, found: Duration): void
  /** A round of judging ended, whether there was something to judge or not. */
  recordRound(at: Instant): void
  recordLineage(emitter: string, outcome: string, runs: number): void
  /** How streams are being read now, by source. */
  recordStreams(streams: ReadonlyMap<string, StreamFigures>): void
  /** A pass over a warehouse's tables has ended. `troubles`: tables of any warehouse that can't be read. */
  recordPass(warehouse: string, seconds: number, troubles: ReadonlyMap<string, { readonly code: string }>): void
  recordReload(succeeded: boolean): void
  /** What became of ended spans. */
  recordSpans(fate: string, count: number): void
  /** The plan changed, or another instance judges now: gauges of SLOs that no longer are would stay as they were. */
  forgetVerdicts(): void
  readonly contentType: string
  /** Everything, for `/metrics`. */
  text(): Promise<string>
  /** What the data alone decides, in one order: the same bytes from the same records. */
  state(): Promise<string>
}

/** prom-client's gauges that are named like counters: `promtool check metrics` rejects them. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']
const VERDICT_GAUGES = (Object.keys(FAMILIES) as FamilyName[]).filter(
  (name) => FAMILIES[name].type === 'gauge' && /^assay_(sl[io]_|freshness|completeness|volume|incidents?_)/.test(name),
)

/** A registry with every metric of Assay. */
export function createMetrics({ version, withProcess = false, mostSeries = 2_000 }: MetricsOptions): Metrics {
  const ofData = new Registry()
  const ofRun = new Registry()
  const names = Object.keys(FAMILIES) as FamilyName[]
  const isOfRun = (name: FamilyName) => (FAMILIES[name] as Family).ofRun === true
  const data = createSeries(
    ofData,
    names.filter((name) => !isOfRun(name)),
    mostSeries,
    overflowed,
  )
  const run = createSeries(ofRun, names.filter(isOfRun), mostSeries, overflowed)
  function overflowed(metric: string): void {
    data.add('assay_metrics_overflow_total', { metric }, 1)
  }
  const seconds = { most: mostSeries, overflowed }
  const meters: Meters = {
    series: data,
    delay: createHistogram(ofData, {
      ...seconds,
      name: 'assay_event_delay_seconds',
      help: 'From when an event happened to when it arrived.',
      labels: ['domain', 'event', 'source'],
      bounds: DELAY_BOUNDS,
    }),
    ingest: createHistogram(ofRun, {
      ...seconds,
      name: 'assay_ingest_delay_seconds',
      help: 'From the arrival of the oldest record of a batch to its being stored.',
      labels: ['source'],
      bounds: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 3_600],
    }),
    evaluation: createHistogram(ofRun, {
      ...seconds,
      name: 'assay_evaluation_duration_seconds',
      help: 'How long judging one minute took.',
      labels: [],
      bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10],
    }),
  }
  const told = new Map<string, number>()
  run.set('assay_build_info', { version }, 1)
  run.set('assay_last_reload_success', {}, 1)
  const process = withProcess ? processRegistry() : null

  return {
    prepare: (plan, receivers) => {
      prepare(data, plan, receivers)
      meters.evaluation.observe({}, [])
      for (const { id: source, disabled } of plan.sources) if (disabled === null) meters.ingest.observe({ source }, [])
    },
    recordCommit: (plan, commit) => recordCommit(meters, plan, commit),
    recordEvaluation: (evaluation) => recordEvaluation(meters, evaluation),
    recordNotification: (receiver, outcome) => data.add('assay_notifications_total', { receiver, outcome }, 1),
    recordWaiting: (waiting) => {
      run.clear('assay_notifications_waiting')
      for (const [receiver, count] of waiting) run.set('assay_notifications_waiting', { receiver }, count)
    },
    recordWatermark: (from, delay, rhythm) => {
      const source = tableOfSource(from) ?? from
      run.set('assay_watermark_delay_seconds', { source }, delay === null ? null : Math.max(0, delay) / 1_000)
      run.set('assay_watermark_rhythm_seconds', { source }, delay === null || rhythm === null ? null : rhythm / 1_000)
    },
    recordHorizon: (source, found) => run.set('assay_duplicates_horizon_seconds', { source }, found / 1_000),
    recordRound: (at) => run.set('assay_last_evaluation_timestamp_seconds', {}, at / 1_000),
    recordLineage: (emitter, outcome, runs) => run.add('assay_lineage_runs_total', { emitter, outcome }, runs),
    recordStreams: (streams) => recordStreams(run, streams, told),
    recordPass: (warehouse, seconds, troubles) => {
      run.set('assay_table_pass_seconds', { warehouse }, seconds)
      run.clear('assay_table_trouble')
      for (const [table, { code }] of troubles) run.set('assay_table_trouble', { table, reason: code }, 1)
    },
    recordReload: (succeeded) => run.set('assay_last_reload_success', {}, succeeded ? 1 : 0),
    recordSpans: (fate, count) => run.add('assay_trace_spans_total', { fate }, count),
    forgetVerdicts: () => {
      for (const name of VERDICT_GAUGES) data.clear(name)
    },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    text: async () => {
      const parts = [ofData, ofRun, ...(process === null ? [] : [process])].map((registry) => registry.metrics())
      const texts = await Promise.all(parts)
      return `${texts.map((text) => text.trimEnd()).join('\n')}\n`
    },
    state: () => sortedText(ofData),
  }
}

function processRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  return registry
}

const EVENT_COUNTERS = ['assay_events_total', 'assay_duplicates_total', 'assay_late_total'] as const
const NOTIFICATION_OUTCOMES = ['sent', ...UNDELIVERED.split('|')]

function prepare(series: Series, plan: Plan, receivers: readonly string[]): void {
  const sources = plan.sources.filter(({ disabled }) => disabled === null)
  for (const { id: source } of sources) {
    for (const outcome of OUTCOMES) series.add('assay_records_total', { source, outcome }, 0)
    series.set('assay_sampling_ratio', { source }, 1)
  }
  // With one source it is known who carries what; with several most pairs would stay 0 for ever.
  const [only] = sources
  if (only !== undefined && sources.length === 1) {
    for (const { name: event, domain } of plan.events.values()) {
      const labels = { domain, event, source: only.id }
      for (const name of EVENT_COUNTERS) series.add(name, labels, 0)
    }
  }
  for (const slo of plan.slos) {
    const labels = sloLabels({ ...slo, slo: slo.name })
    for (const name of ['assay_sli_good_total', 'assay_sli_total'] as const) series.add(name, labels, 0)
  }
  for (const severity of ['page', 'ticket', 'info']) series.set('assay_incidents_open', { severity }, 0)
  for (const receiver of receivers) {
    for (const outcome of NOTIFICATION_OUTCOMES) series.add('assay_notifications_total', { receiver, outcome }, 0)
  }
}

export type { CommitSummary } from './commit.ts'
export type { Evaluation } from './evaluation.ts'
