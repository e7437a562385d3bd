import { createHash } from 'node:crypto'
import type { Severity } from '../model/sli.ts'
import type { Instant } from '../model/time.ts'
import type { AlertMessage } from './message.ts'

/** `note`: for information only, where the trigger it stands for was never sent. */
export type NotificationAction = 'trigger' | 'update' | 'resolve' | 'note'

/** Why a notification was written. Logged, stored and shown beside it. */
export type NotificationReason = 'opened' | 'newly_matched' | 'raised' | 'resolved' | 'resolved_before_sent'

/** What one receiver is to be told of one incident: what the outbox keeps as JSON. */
export interface Notification {
  /** The minute judged that gave rise to it: the data's time, not the sending's. */
  readonly at: Instant
  readonly receiver: string
  readonly incident: string
  readonly action: NotificationAction
  readonly reason: NotificationReason
  /** The same for everything that is said of one incident, on every retry and after a restart. */
  readonly dedupKey: string
  readonly severity: Severity
  readonly message: AlertMessage
}

/** The last thing written for a receiver about an incident. */
export interface Told {
  readonly action: NotificationAction
  readonly severity: Severity
  readonly at: Instant
}

/** PagerDuty takes 255 characters. */
const LONGEST_KEY = 255

/** `assay:production:inc_0123456789ab`; hashed where a long environment would not fit. */
export function dedupKey(environment: string, incident: string): string {
  const key = `assay:${environment}:${incident}`
  return key.length <= LONGEST_KEY ? key : `assay:${createHash('sha256').update(key).digest('hex')}`
}

/**
 * What to send instead of `pending` (unsent, of the same receiver and incident, oldest first) once `resolve` is due: one
 * thing. Where the trigger itself is unsent nobody needs to be woken any more, so that a note tells what happened; its
 * dedup key is the incident's, since a trigger that was sent but not marked so may have arrived.
 */
export function collapse(pending: readonly Notification[], resolve: Notification): Notification {
  if (!pending.some(({ action }) => action === 'trigger')) return resolve
  return { ...resolve, action: 'note', reason: 'resolved_before_sent', severity: 'info' }
}
