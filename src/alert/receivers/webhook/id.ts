import { createHash } from 'node:crypto'
import type { Instant } from '../../../model/time.ts'

/** The message's id: the same on every retry, another for each notification. */
export function messageId({
  dedupKey,
  receiver,
  action,
  at,
}: {
  readonly dedupKey: string
  readonly receiver: string
  readonly action: string
  readonly at: Instant
}): string {
  const text = [dedupKey, receiver, action, at].join('\n')
  return `msg_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}
