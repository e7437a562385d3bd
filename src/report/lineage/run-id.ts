import { createHash } from 'node:crypto'
import { type Instant, iso } from '../../model/time.ts'

/**
 * The id of a run: a UUID of version 7 (RFC 9562) whose time is the data's and whose other bits are a digest, so that a
 * replay, a redelivery and another instance call the same run by the same id.
 */
export function runId(environment: string, job: string, at: Instant, what: string): string {
  const digest = createHash('sha256')
    .update([environment, job, iso(at), what].join('\n'))
    .digest('hex')
  const time = Math.max(0, Math.floor(at)).toString(16).padStart(12, '0').slice(-12)
  const variant = ((Number.parseInt(digest.slice(3, 4), 16) & 0x3) | 0x8).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`
}
