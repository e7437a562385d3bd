import type { Violation } from '../../model/observation.ts'
import type { Instant } from '../../model/time.ts'
import type { Sql } from '../sql.ts'
import type { Span } from './spans.ts'

/** A bad record as it was kept: redacted, with the place from which it can be read again. */
export interface Evidence {
  readonly source: string
  readonly position: string
  readonly arrivedAt: Instant | null
  readonly reason: string
  readonly violations: readonly Violation[]
  /** JSON text. */
  readonly payload: string
}

/** The first quarantined records of an event in a span. */
export async function evidenceOf(sql: Sql, event: string, span: Span, limit = 5): Promise<Evidence[]> {
  const rows = await sql.all<Omit<Evidence, 'violations'> & { violations: string }>(
    `select source, position, arrived_at as "arrivedAt", reason, violations, payload from quarantine
     where event = ? and arrived_at >= ? and arrived_at < ? order by arrived_at, id limit ?`,
    [event, span.from, span.to, limit],
  )
  return rows.map((row) => ({ ...row, violations: JSON.parse(row.violations) as Violation[] }))
}

/** What was sent about an incident, and what the receiver answered. */
export interface DeliveryRow {
  readonly at: Instant
  readonly receiver: string
  readonly action: string
  readonly state: string
  readonly attempts: number
  readonly answer: string
  readonly sentAt: Instant | null
}

/** Deliveries of an incident in the order in which they were written. */
export function deliveriesOf(sql: Sql, incident: string): Promise<DeliveryRow[]> {
  return sql.all<DeliveryRow>(
    `select at, receiver, action, state, attempts, answer, sent_at as "sentAt" from outbox where incident = ? order by id`,
    [incident],
  )
}
