import { BURN_WINDOWS, VERDICT_OUTCOMES } from '../../model/verdict.ts'

/** What a metric is, and the labels that its series carry. */
export interface Family {
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly string[]
  /** Left out of a replay's `metrics.prom`: it tells of this run, not of the data. */
  readonly ofRun?: boolean
  /** Series that each SLO has of it, where it isn't one: as many times more are allowed. */
  readonly each?: number
}

/** Of a table's series `table` is set instead of `event`, and `source` is its warehouse. */
const EVENT = ['domain', 'event', 'table', 'source'] as const
const SLO = ['domain', 'event', 'table', 'source', 'slo'] as const

const counter = (help: string, labels: readonly string[], ofRun = false): Family => ({
  type: 'counter',
  help,
  labels,
  ofRun,
})
const gauge = (help: string, labels: readonly string[], ofRun = false): Family => ({
  type: 'gauge',
  help,
  labels,
  ofRun,
})

/** Every counter and gauge; histograms are in `histogram.ts`. Names are pinned. */
export const FAMILIES = {
  assay_records_total: counter('Records read, by outcome.', ['source', 'outcome']),
  assay_events_total: counter(
    'Decodable records of events with a contract, invalid ones and duplicates included.',
    EVENT,
  ),
  assay_violations_total: counter('Violations of contracts, by JSON Schema keyword.', [...EVENT, 'check']),
  assay_duplicates_total: counter('Records whose id was seen before within the horizon.', EVENT),
  assay_late_total: counter('Records later than the max_delay of their timeliness SLO.', EVENT),
  assay_quarantined_total: counter('Records set aside as invalid or undecodable, by reason.', ['source', 'reason']),
  assay_sampling_ratio: gauge('Share of records that are checked against their contract.', ['source']),
  assay_sli_good_total: counter('Good records or minutes of an SLO, over all minutes judged.', SLO),
  assay_sli_total: counter('Records or minutes of an SLO, over all minutes judged.', SLO),
  assay_sli_ratio: gauge('Good of total over the window of the SLO.', SLO),
  assay_sli_ratio_lower: gauge('Lower end of the 95 % interval of the ratio.', SLO),
  assay_sli_ratio_upper: gauge('Upper end of the 95 % interval of the ratio.', SLO),
  assay_slo_objective_ratio: gauge('Objective of the SLO.', SLO),
  assay_slo_error_budget_remaining_ratio: gauge('Share of the error budget left; below 0 once overspent.', SLO),
  assay_slo_burn_rate: {
    ...gauge('How many times faster than allowed the budget is spent, by window.', [...SLO, 'window']),
    each: BURN_WINDOWS.length,
  },
  assay_slo_outcome: {
    ...gauge('1 for the outcome that the SLO has now, 0 for the others.', [...SLO, 'outcome']),
    each: VERDICT_OUTCOMES.length,
  },
  assay_slo_firing: {
    ...gauge('Whether this is the highest severity of which a burn row is true now.', [...SLO, 'severity']),
    each: 2,
  },
  assay_freshness_seconds: gauge('Age of the newest arrival at the last minute judged.', EVENT),
  assay_completeness_ratio: gauge('Share of records with a watched property filled.', [...EVENT, 'property']),
  assay_volume_observed: gauge('Records in the last whole hour.', EVENT),
  assay_volume_expected: gauge('Records expected in the last whole hour.', EVENT),
  assay_volume_expected_lower: gauge('Fewer records in the last whole hour than this are an alarm.', EVENT),
  assay_volume_expected_upper: gauge('More records in the last whole hour than this are an alarm.', EVENT),
  assay_watermark_delay_seconds: gauge(
    'How far a source is behind: time since everything has been counted.',
    ['source'],
    true,
  ),
  assay_watermark_rhythm_seconds: gauge(
    'How long the watermark of a source may stand still by the nature of the source.',
    ['source'],
    true,
  ),
  assay_duplicates_horizon_seconds: gauge(
    'How far back duplicates are found: less than is configured where more ids came than are remembered.',
    ['source'],
    true,
  ),
  assay_incident_started_timestamp_seconds: gauge('When an open incident began, by the data.', [
    'domain',
    'event',
    'table',
    'severity',
    'incident',
  ]),
  assay_kafka_consumer_lag_records: gauge(
    'Records of a partition that the broker has and the store has not.',
    ['source', 'topic', 'partition'],
    true,
  ),
  assay_kafka_consumer_lag_seconds: gauge(
    'How long ago everything of a partition was stored; 0 where no record waits.',
    ['source', 'topic', 'partition'],
    true,
  ),
  assay_kafka_partition_skew_ratio: gauge(
    'Records appended to the fullest partition in the last 5 min, over the mean of all: 1 is even.',
    ['source', 'topic'],
    true,
  ),
  assay_kafka_clock_ahead_total: counter(
    'Records whose time stamp was more than 5 min ahead of their being fetched.',
    ['source'],
    true,
  ),
  assay_kafka_records_lost_total: counter('Records that the broker deleted before they were read.', ['source'], true),
  assay_table_pass_seconds: gauge('How long the last pass over the tables of a warehouse took.', ['warehouse'], true),
  assay_table_trouble: gauge(
    'Tables that could not be read at their last pass, and why; 1 for each.',
    ['table', 'reason'],
    true,
  ),
  assay_incidents_open: gauge('Open incidents, by severity.', ['severity']),
  assay_notifications_total: counter('Notifications sent or given up, by outcome.', ['receiver', 'outcome']),
  assay_notifications_waiting: gauge('Notifications written and not yet sent.', ['receiver'], true),
  assay_lineage_runs_total: counter(
    'Runs told to lineage servers, refused by them, dropped because too many waited, or failed by a bug.',
    ['emitter', 'outcome'],
    true,
  ),
  assay_trace_spans_total: counter(
    'Spans that ended, by whether the trace endpoint got them: exported, dropped (queue full, or stopped), failed.',
    ['fate'],
    true,
  ),
  assay_last_evaluation_timestamp_seconds: gauge(
    'When this process last ended a round of judging; its start, before the first.',
    [],
    true,
  ),
  assay_last_reload_success: gauge('Whether the configuration read last was taken over.', [], true),
  assay_build_info: gauge('Version of Assay; always 1.', ['version'], true),
  assay_metrics_overflow_total: counter('Values counted under __overflow__ because a metric has too many series.', [
    'metric',
  ]),
} as const satisfies Readonly<Record<string, Family>>

/** Outcomes of `assay_notifications_total` with which nobody was told, as a matcher; what may come yet is `later`. */
export const UNDELIVERED = 'rejected|unauthorised|disabled'

export type FamilyName = keyof typeof FAMILIES
