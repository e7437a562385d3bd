import { setImmediate as turn } from 'node:timers/promises'
import { DAY, type Duration, floorTo, HOUR, type Instant, MINUTE } from '../model/time.ts'
import { trimQuarantine } from './quarantine.ts'
import { joinSightings, trimSightings } from './sightings.ts'
import type { Database } from './sql.ts'

/** How long things are kept, in ms. */
export interface Retention {
  readonly minutes: Duration
  readonly hours: Duration
  readonly quarantine: Duration
  /** How far back duplicates are looked for. */
  readonly duplicates: Duration
  /** Bound of the quarantine in bytes; the oldest goes first. Default 100 MB. */
  readonly quarantineBytes?: number
  /** Bound of each source's hashes of ids in bytes, 12 an id; the oldest go first. Default 100 MB. */
  readonly sightingBytes?: number
  /** Days, verdicts, slices, sent notifications. Default 400 days. Incidents are kept for good. */
  readonly records?: Duration
}

const QUARANTINE_BYTES = 100_000_000
const SIGHTING_BYTES = 100_000_000
const RECORDS_KEPT = 400 * DAY
/** Rows that a step removes where it goes by number. */
const STEP_ROWS = 500

/** Tables that hold one instant a row, and how much of it one step removes. */
const AGED: readonly { table: string; column: string; keep: 'minutes' | 'hours' | 'records'; step: Duration }[] = [
  { table: 'window_minute', column: 'start', keep: 'minutes', step: 5 * MINUTE },
  { table: 'facet_minute', column: 'start', keep: 'minutes', step: 2 * MINUTE },
  { table: 'finding_minute', column: 'start', keep: 'minutes', step: 5 * MINUTE },
  { table: 'window_hour', column: 'start', keep: 'hours', step: HOUR },
  { table: 'facet_hour', column: 'start', keep: 'hours', step: HOUR },
  { table: 'finding_hour', column: 'start', keep: 'hours', step: HOUR },
  { table: 'window_day', column: 'start', keep: 'records', step: DAY },
  { table: 'verdict', column: 'at', keep: 'records', step: HOUR },
  { table: 'slice_hour', column: 'hour', keep: 'records', step: HOUR },
]

/**
 * Removes what is older than it is to be kept, in many small transactions, so that ingest waits a few milliseconds at most.
 * `now` is the clock of the data: of sources that are still catching up, the least watermark. Answers how many rows went.
 */
export async function applyRetention(db: Database, now: Instant, retention: Retention): Promise<number> {
  const keep = { ...retention, records: retention.records ?? RECORDS_KEPT }
  let removed = 0
  for (const { table, column, keep: kind, step } of AGED) {
    removed += await removeAged(db, table, column, now - keep[kind], step)
  }
  removed += await removeQuarantine(db, now - keep.quarantine, keep.quarantineBytes ?? QUARANTINE_BYTES)
  removed += await repeat(() =>
    db.run(`delete from sighting where id in (select id from sighting where hour < ? limit ${STEP_ROWS})`, [
      floorTo(now - keep.duplicates, HOUR),
    ]),
  )
  const sightingBytes = keep.sightingBytes ?? SIGHTING_BYTES
  removed += await repeat(() => db.transaction((sql) => trimSightings(sql, sightingBytes, STEP_ROWS)))
  await repeat(async () => ((await db.transaction((sql) => joinSightings(sql, floorTo(now, HOUR)))) ? 1 : 0))
  removed += await repeat(() =>
    db.run(
      `delete from outbox where id in (select o.id from outbox o join incident i on i.id = o.incident
         where o.state <> 'waiting' and o.sent_at < ? and i.resolved_at is not null limit ${STEP_ROWS})`,
      [now - keep.records],
    ),
  )
  return removed + (await db.run('delete from observed_span where ended < ?', [now - keep.hours]))
}

/** Steps through a table by age; a stretch without rows costs one look into the index. */
async function removeAged(
  db: Database,
  table: string,
  column: string,
  before: Instant,
  step: Duration,
): Promise<number> {
  return repeat(async () => {
    const [row] = await db.all<{ oldest: Instant | null }>(`select min(${column}) as oldest from ${table}`)
    const oldest = row?.oldest ?? before
    if (oldest >= before) return 0
    return db.run(`delete from ${table} where ${column} < ?`, [Math.min(floorTo(oldest, step) + step, before)])
  })
}

/** By age, then those without an arrival that are older than all that is left, then by size. */
async function removeQuarantine(db: Database, before: Instant, bytes: number): Promise<number> {
  const aged = await repeat(() =>
    db.run(`delete from quarantine where id in (select id from quarantine where arrived_at < ? limit ${STEP_ROWS})`, [
      before,
    ]),
  )
  const undated = await repeat(() =>
    db.run(
      `delete from quarantine where id in (select id from quarantine where arrived_at is null
         and id < (select min(k.id) from quarantine k where k.arrived_at >= ?) limit ${STEP_ROWS})`,
      [before],
    ),
  )
  const over = await repeat(() => db.transaction((sql) => trimQuarantine(sql, bytes, STEP_ROWS)))
  return aged + undated + over
}

/** Runs a step until it finds nothing more to do, letting others in between. */
async function repeat(step: () => Promise<number>): Promise<number> {
  let sum = 0
  for (;;) {
    const changed = await step()
    if (changed === 0) return sum
    sum += changed
    await turn()
  }
}
