import { type Duration, HOUR, type Instant } from '../model/time.ts'
import type { Outgoing } from './scorecard/notification.ts'

/** A notification that waits to be sent. */
export interface OutboxEntry {
  /** Ascending in the order of writing. */
  readonly id: number
  readonly receiver: string
  readonly incident: string
  readonly attempts: number
  readonly dueAt: Instant
  readonly notification: Outgoing
}

/** How an entry leaves the outbox. `superseded` is set by whoever collapses, never by delivery. */
export type EntryEnd = 'sent' | 'rejected' | 'disabled'

/** The stored outbox, as delivery needs it. Each call may throw a retryable `Failure`. */
export interface Outbox {
  /** Receivers that something waits for, whether or not it is due. */
  readonly receivers: () => Promise<readonly string[]>
  /** What waits for a receiver, oldest first, due or not. */
  readonly waiting: (receiver: string, limit: number) => Promise<readonly OutboxEntry[]>
  /** An attempt failed: the next one is due at `dueAt`. No effect on an entry that no longer waits. */
  readonly later: (id: number, dueAt: Instant, answer: string) => Promise<void>
  /** It is over, one way or the other; `answer` in words. No effect on an entry that no longer waits. */
  readonly end: (id: number, how: EntryEnd, at: Instant, answer: string) => Promise<void>
}

/** Nothing is put off for longer. */
export const LONGEST_WAIT: Duration = HOUR

/** How long something that is put off until then has to wait; one that would wait for longer than anything does: the clock was set back since. */
export function waitLeft(until: Instant, now: Instant): Duration {
  return until - now > LONGEST_WAIT ? 0 : Math.max(0, until - now)
}

/** After this many attempts an entry no longer holds up those of other incidents. */
const PATIENCE = 5

/**
 * What to send next of `waiting` (one receiver's, oldest first): entries go in their order; one that keeps failing lets other
 * incidents pass, but never a later word on its own. Without one that is due: when to look again, or null for nothing there.
 */
export function nextEntry(
  waiting: readonly OutboxEntry[],
  now: Instant,
): { readonly entry: OutboxEntry; readonly until?: never } | { readonly entry: null; readonly until: Instant | null } {
  const held = new Set<string>()
  let until: Instant | null = null
  for (const entry of waiting) {
    if (held.has(entry.incident)) continue
    if (waitLeft(entry.dueAt, now) === 0) return { entry }
    until = until === null ? entry.dueAt : Math.min(until, entry.dueAt)
    if (entry.attempts < PATIENCE) break
    held.add(entry.incident)
  }
  return { entry: null, until }
}
