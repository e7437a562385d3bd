import type { StreamFigures } from '../../model/stream.ts'
import type { FamilyName } from './families.ts'
import type { Series } from './series.ts'

const LAG = 'assay_kafka_consumer_lag_records'
const BEHIND = 'assay_kafka_consumer_lag_seconds'
const SKEW = 'assay_kafka_partition_skew_ratio'

/** Shows how streams are being read now, by source; partitions that another instance reads leave. `told`: what the counters have taken in. */
export function recordStreams(
  series: Series,
  streams: ReadonlyMap<string, StreamFigures>,
  told: Map<string, number>,
): void {
  for (const name of [LAG, BEHIND, SKEW] as const) series.clear(name)
  const count = (name: FamilyName, source: string, total: number): void => {
    const key = `${name}\n${source}`
    const before = told.get(key) ?? 0
    // A source that was started anew counts from 0.
    series.add(name, { source }, total >= before ? total - before : total)
    told.set(key, total)
  }
  for (const [source, { partitions, skew, clockAhead, lost }] of streams) {
    for (const { topic, partition, records, behind } of partitions) {
      series.set(LAG, { source, topic, partition }, records)
      series.set(BEHIND, { source, topic, partition }, behind === null ? null : behind / 1_000)
    }
    for (const [topic, ratio] of skew) series.set(SKEW, { source, topic }, ratio)
    count('assay_kafka_clock_ahead_total', source, clockAhead)
    count('assay_kafka_records_lost_total', source, lost)
  }
}
