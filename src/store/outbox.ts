import type { Instant } from '../model/time.ts'
import { placeholders, writeRows } from './rows.ts'
import type { Sql } from './sql.ts'

/** What is to be told to a receiver, as whoever decides it writes it. */
export interface OutboxDraft<Document = unknown> {
  /** The data's time. */
  readonly at: Instant
  readonly incident: string
  readonly receiver: string
  readonly action: string
  readonly document: Document
}

/** How an entry leaves the outbox. `superseded`: a later one says it all. */
export type OutboxEnd = 'sent' | 'rejected' | 'disabled' | 'superseded'

/** An entry as it stands in the outbox. */
export interface OutboxRow<Document = unknown> extends OutboxDraft<Document> {
  /** Ascending in the order of writing. */
  readonly id: number
  readonly state: 'waiting' | OutboxEnd
  /** Attempts that failed or ended it. */
  readonly attempts: number
  readonly dueAt: Instant
  /** What the receiver answered last, in words. */
  readonly answer: string
  /** When it left the outbox, whatever the way. */
  readonly sentAt: Instant | null
}

const addRows = (
  count: number,
) => `insert into outbox (at, incident, receiver, action, document, state, attempts, due_at, answer)
  values ${placeholders(count, 9)}`

/** Appends in order; `dueAt` is when sending may begin (0: at once). */
export async function appendOutbox(sql: Sql, drafts: readonly OutboxDraft[], dueAt: Instant = 0): Promise<void> {
  const values = drafts.flatMap(({ at, incident, receiver, action, document }) => [
    at,
    incident,
    receiver,
    action,
    JSON.stringify(document),
    'waiting',
    0,
    dueAt,
    '',
  ])
  await writeRows(sql, 9, values, addRows)
}

const COLUMNS = `o.id as id, o.at as at, o.incident as incident, o.receiver as receiver, o.action as action,
  o.document as document, o.state as state, o.attempts as attempts, o.due_at as "dueAt", o.answer as answer, o.sent_at as "sentAt"`

/** Receivers that something waits for, due or not, sorted. */
export async function waitingReceivers(sql: Sql): Promise<string[]> {
  const rows = await sql.all<{ receiver: string }>("select distinct receiver from outbox where state = 'waiting'")
  return rows.map(({ receiver }) => receiver).sort()
}

/** How many wait for each receiver that something waits for. */
export async function waitingCounts(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.all<{ receiver: string; waiting: number }>(
    "select receiver, cast(count(*) as bigint) as waiting from outbox where state = 'waiting' group by receiver",
  )
  return new Map(rows.map(({ receiver, waiting }) => [receiver, waiting]))
}

/** What waits for a receiver, oldest first, due or not. */
export function waitingFor<Document>(sql: Sql, receiver: string, limit: number): Promise<OutboxRow<Document>[]> {
  return read(sql, "where o.state = 'waiting' and o.receiver = ? order by o.id limit ?", [receiver, limit])
}

/**
 * Takes back what waits for a receiver about one incident, since a later word says it all. Answers what it was, oldest first.
 * Inside a transaction.
 */
export async function dropPending<Document>(
  sql: Sql,
  receiver: string,
  incident: string,
  at: Instant,
): Promise<OutboxRow<Document>[]> {
  const condition = "where o.state = 'waiting' and o.receiver = ? and o.incident = ? order by o.id"
  const pending = await read<Document>(sql, condition, [receiver, incident])
  const dropped: OutboxRow<Document>[] = []
  for (const row of pending) {
    const changed = await sql.run(
      "update outbox set state = 'superseded', sent_at = ?, answer = '' where id = ? and state = 'waiting'",
      [at, row.id],
    )
    if (changed === 1) dropped.push(row) // else it has been sent meanwhile
  }
  return dropped
}

/** Everything that was ever said of an incident and is kept, in order. */
export function deliveriesOf<Document>(sql: Sql, incident: string): Promise<OutboxRow<Document>[]> {
  return read(sql, 'where o.incident = ? order by o.id', [incident])
}

/** Whether anything was ever written for a receiver about one incident, or whatever stands in its place. */
export async function isInOutbox(sql: Sql, receiver: string, incident: string): Promise<boolean> {
  const rows = await sql.all('select id from outbox where incident = ? and receiver = ? limit 1', [incident, receiver])
  return rows.length > 0
}

/** The whole outbox in the order of writing. */
export function allOutbox<Document>(sql: Sql): Promise<OutboxRow<Document>[]> {
  return read(sql, 'order by o.id', [])
}

/** An attempt failed: the next one is due at `dueAt`. False for an entry that no longer waits. */
export async function postponeOutbox(sql: Sql, id: number, dueAt: Instant, answer: string): Promise<boolean> {
  const changed = await sql.run(
    "update outbox set due_at = ?, answer = ?, attempts = attempts + 1 where id = ? and state = 'waiting'",
    [dueAt, answer, id],
  )
  return changed === 1
}

/** It is over, one way or the other. False for an entry that no longer waits. */
export async function endOutbox(sql: Sql, id: number, how: OutboxEnd, at: Instant, answer: string): Promise<boolean> {
  const changed = await sql.run(
    "update outbox set state = ?, sent_at = ?, answer = ?, attempts = attempts + 1 where id = ? and state = 'waiting'",
    [how, at, answer, id],
  )
  return changed === 1
}

async function read<Document>(
  sql: Sql,
  condition: string,
  values: readonly (string | number)[],
): Promise<OutboxRow<Document>[]> {
  const rows = await sql.all<OutboxRow<string>>(`select ${COLUMNS} from outbox o ${condition}`, values)
  return rows.map((row) => ({ ...row, document: JSON.parse(row.document) as Document }))
}
