import { Failure } from '../model/failure.ts'
import type { PositionStep } from '../observe/sources/source.ts'
import type { Sql } from './sql.ts'

/**
 * Moves a source's positions, each only from where its step starts. Throws `superseded` where one stands elsewhere: what
 * the batch holds has been counted by another. Partitions are taken in order, so that two instances never deadlock.
 */
export async function takeSteps(sql: Sql, source: string, steps: readonly PositionStep[]): Promise<void> {
  const ordered = [...steps].sort((a, b) => (a.partition < b.partition ? -1 : 1))
  for (const step of ordered) {
    if ((await moved(sql, source, step)) !== 1) {
      throw new Failure('superseded', `Partition ${step.partition} of ${source} has been read on by another Assay.`)
    }
    await extendSpan(sql, source, step)
  }
}

function moved(sql: Sql, source: string, step: PositionStep): Promise<number> {
  const complete = step.complete ? 1 : 0
  if (step.from === null) {
    return sql.run(
      `insert into position (source, partition_key, position, observed_until, complete) values (?, ?, ?, ?, ?)
       on conflict do nothing`,
      [source, step.partition, step.to, step.observedUntil, complete],
    )
  }
  if (step.observedUntil === null) {
    return sql.run(
      'update position set position = ?, complete = ? where source = ? and partition_key = ? and position = ?',
      [step.to, complete, source, step.partition, step.from],
    )
  }
  return sql.run(
    `update position set position = ?, complete = ?,
       observed_until = case when observed_until > ? then observed_until else cast(? as bigint) end
     where source = ? and partition_key = ? and position = ?`,
    [step.to, complete, step.observedUntil, step.observedUntil, source, step.partition, step.from],
  )
}

/** A new start opens a span; what follows extends the last one. A source that never tells of a start keeps none. */
async function extendSpan(sql: Sql, source: string, step: PositionStep): Promise<void> {
  const { partition, listeningSince, observedUntil } = step
  if (listeningSince !== null) {
    await sql.run(
      `insert into observed_span as s (source, partition_key, started, ended) values (?, ?, ?, ?)
       on conflict (source, partition_key, started) do update
         set ended = case when excluded.ended > s.ended then excluded.ended else s.ended end`,
      [source, partition, listeningSince, Math.max(listeningSince, observedUntil ?? listeningSince)],
    )
  } else if (observedUntil !== null) {
    await sql.run(
      `update observed_span set ended = ? where source = ? and partition_key = ? and ended < ?
         and started = (select max(l.started) from observed_span l where l.source = ? and l.partition_key = ?)`,
      [observedUntil, source, partition, observedUntil, source, partition],
    )
  }
}
