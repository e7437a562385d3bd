import type { Instant } from '../model/time.ts'
import type { Sql } from './sql.ts'

/** The stored positions of a source by partition: what `Source.read` starts from. */
export async function readPositions(sql: Sql, source: string): Promise<Map<string, string>> {
  const rows = await sql.all<{ partition: string; position: string }>(
    'select partition_key as partition, position from position where source = ?',
    [source],
  )
  return new Map(rows.map(({ partition, position }) => [partition, position]))
}

/** How far one partition of a source has been read. */
export interface PartitionProgress {
  readonly partition: string
  /** Everything that arrived before it has been counted; null: not known. */
  readonly observedUntil: Instant | null
  readonly complete: boolean
}

/** How far the partitions of a source have been read. */
export interface SourceProgress {
  readonly source: string
  /** Sorted by name. */
  readonly partitions: readonly PartitionProgress[]
}

/** How far every source has been read, sorted by id. Read it before the windows: they then hold at least what it promises. */
export async function sourceProgress(sql: Sql): Promise<SourceProgress[]> {
  const rows = await sql.all<{ source: string; partition: string; observedUntil: Instant | null; complete: number }>(
    'select source, partition_key as partition, observed_until as "observedUntil", complete from position',
  )
  const bySource = new Map<string, PartitionProgress[]>()
  for (const { source, partition, observedUntil, complete } of rows) {
    const partitions = bySource.get(source) ?? []
    partitions.push({ partition, observedUntil, complete: complete === 1 })
    bySource.set(source, partitions)
  }
  return [...bySource]
    .map(([source, partitions]) => ({
      source,
      partitions: partitions.sort((a, b) => (a.partition < b.partition ? -1 : 1)),
    }))
    .sort((a, b) => (a.source < b.source ? -1 : 1))
}

/** A stretch in which a partition's collector was listening. */
export interface StoredSpan {
  readonly started: Instant
  readonly ended: Instant
}

/** The spans of a source that touch [from, to), by partition, oldest first. Empty for a source that keeps none. */
export async function observedSpans(
  sql: Sql,
  source: string,
  from: Instant,
  to: Instant,
): Promise<Map<string, StoredSpan[]>> {
  const rows = await sql.all<StoredSpan & { partition: string }>(
    `select partition_key as partition, started, ended from observed_span
     where source = ? and ended >= ? and started < ? order by partition_key, started`,
    [source, from, to],
  )
  const byPartition = new Map<string, StoredSpan[]>()
  for (const { partition, started, ended } of rows) {
    const spans = byPartition.get(partition) ?? []
    spans.push({ started, ended })
    byPartition.set(partition, spans)
  }
  return byPartition
}
