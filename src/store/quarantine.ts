import type { Violation } from '../model/observation.ts'
import type { QuarantineEntry } from '../model/reject.ts'
import type { Instant } from '../model/time.ts'
import { placeholders, writeRows } from './rows.ts'
import type { Sql } from './sql.ts'
import { boundedText } from './text.ts'

const addRows = (
  count: number,
) => `insert into quarantine (source, position, arrived_at, event, reason, bytes, violations, payload)
  values ${placeholders(count, 8)}`

/** Keeps rejected records, as redacted and bounded as they come. */
export async function addQuarantine(sql: Sql, entries: readonly QuarantineEntry[]): Promise<void> {
  const values = entries.flatMap((entry) => {
    const violations = JSON.stringify(entry.violations)
    return [
      entry.source,
      entry.position,
      entry.arrivedAt,
      entry.event === null ? null : boundedText(entry.event, 256),
      entry.reason,
      Buffer.byteLength(entry.payload) + violations.length + 200, // and about what the row itself takes
      violations,
      entry.payload,
    ]
  })
  await writeRows(sql, 8, values, addRows)
}

export interface QuarantineQuery {
  /** Null: of every event. */
  readonly event: string | null
  /** [from, to) in arrival time; entries without one are left out where a bound is given. */
  readonly from?: Instant
  readonly to?: Instant
  readonly limit: number
}

/** Quarantined records, newest arrival first, those without an arrival last. */
export async function readQuarantine(sql: Sql, query: QuarantineQuery): Promise<QuarantineEntry[]> {
  const where: string[] = []
  const values: (string | number)[] = []
  for (const [condition, value] of [
    ['event = ?', query.event],
    ['arrived_at >= ?', query.from],
    ['arrived_at < ?', query.to],
  ] as const) {
    if (value === null || value === undefined) continue
    where.push(condition)
    values.push(value)
  }
  const condition = where.length === 0 ? '' : `where ${where.join(' and ')}`
  return entries(sql, `${condition} order by arrived_at desc nulls last, id desc limit ?`, [...values, query.limit])
}

/** All that is kept, in the order in which it was found. */
export function allQuarantine(sql: Sql): Promise<QuarantineEntry[]> {
  return entries(sql, 'order by id', [])
}

/** The payload of the newest invalid record of an event that arrived in [from, to), redacted, as JSON text; null: none kept. */
export async function latestExample(sql: Sql, event: string, from: Instant, to: Instant): Promise<string | null> {
  const [row] = await sql.all<{ payload: string }>(
    `select payload from quarantine where event = ? and reason = 'invalid' and arrived_at >= ? and arrived_at < ?
     order by arrived_at desc, id desc limit 1`,
    [event, from, to],
  )
  return row?.payload ?? null
}

async function entries(sql: Sql, condition: string, values: readonly (string | number)[]): Promise<QuarantineEntry[]> {
  const rows = await sql.all<Omit<QuarantineEntry, 'violations'> & { violations: string }>(
    `select source, position, arrived_at as "arrivedAt", event, reason, violations, payload from quarantine ${condition}`,
    values,
  )
  return rows.map((row) => ({ ...row, violations: JSON.parse(row.violations) as Violation[] }))
}

/** Bytes that quarantined records take, about. */
async function quarantineBytes(sql: Sql): Promise<number> {
  const [row] = await sql.all<{ bytes: number }>(
    'select cast(coalesce(sum(bytes), 0) as bigint) as bytes from quarantine',
  )
  return row?.bytes ?? 0
}

/** Removes the oldest of what is over `limit` bytes, at most `most` records. Answers how many went. */
export async function trimQuarantine(sql: Sql, limit: number, most: number): Promise<number> {
  const over = (await quarantineBytes(sql)) - limit
  if (over <= 0) return 0
  const oldest = await sql.all<{ id: number; bytes: number }>('select id, bytes from quarantine order by id limit ?', [
    most,
  ])
  let freed = 0
  let last: number | null = null
  for (const { id, bytes } of oldest) {
    if (freed >= over) break
    freed += bytes
    last = id
  }
  return last === null ? 0 : sql.run('delete from quarantine where id <= ?', [last])
}
