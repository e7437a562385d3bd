import { type Duration, type Instant, SECOND } from '../../model/time.ts'
import { oneLine } from '../bounds.ts'
import { LONGEST_WAIT } from '../outbox.ts'
import type { RenderedRequest } from './request.ts'

export type AnswerOutcome = 'sent' | 'rejected' | 'unauthorised' | 'later'

/** What became of one attempt. */
export interface Answer {
  readonly outcome: AnswerOutcome
  /** HTTP status; null: there was no answer. */
  readonly status: number | null
  /** In words, bounded, without a secret. */
  readonly detail: string
  /** How long the receiver asks to be left alone; null: it doesn't say. */
  readonly retryAfter: Duration | null
}

export interface SendOptions {
  /** Values that must not show in an answer's detail. */
  readonly secrets: readonly string[]
  readonly now: () => Instant
  /** Aborts when the daemon stops. */
  readonly signal: AbortSignal
  /** For the whole exchange, body of the answer included. */
  readonly deadline?: Duration
}

const DEADLINE: Duration = 10 * SECOND
/** As much of an answer's body as is read. */
const BODY_BYTES = 2_048
const DETAIL = 300

/** Sends a request once and says what became of it. Never throws; follows no redirect. */
export async function send(request: RenderedRequest, options: SendOptions): Promise<Answer> {
  const { now, signal, deadline = DEADLINE } = options
  const url = URL.parse(request.url)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return { outcome: 'rejected', status: null, detail: 'its URL is not one of http or https', retryAfter: null }
  }
  const timeout = AbortSignal.timeout(deadline)
  try {
    const response = await fetch(url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
    })
    const text = await beginning(response)
    const outcome = outcomeOf(response.status)
    const detail = clean(`${response.status}${text === '' ? '' : `: ${text}`}`, options.secrets)
    return { outcome, status: response.status, detail, retryAfter: retryAfter(response.headers, now()) }
  } catch (error) {
    const why = timeout.aborted ? `no answer within ${deadline / SECOND} s` : clean(brokenBy(error), options.secrets)
    return { outcome: 'later', status: null, detail: why, retryAfter: null }
  }
}

/** Redirects are failures: following one would carry the alert, and its key, to somewhere nobody configured. */
function outcomeOf(status: number): AnswerOutcome {
  if (status >= 200 && status < 300) return 'sent'
  if (status === 401 || status === 403) return 'unauthorised'
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'later'
  return 'rejected'
}

/** Reads `Retry-After` in seconds or as a date; null for none and for nonsense. At most `LONGEST_WAIT`. */
function retryAfter(headers: Headers, now: Instant): Duration | null {
  const text = headers.get('retry-after')?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now
  return Number.isNaN(wait) ? null : Math.min(LONGEST_WAIT, Math.max(0, wait))
}

/** The first bytes of the answer; one that breaks off or drags on after its status is taken as far as it came. */
async function beginning(response: Response): Promise<string> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    while (size < BODY_BYTES) {
      const { done, value } = await reader.read()
      if (done) break
      chunks.push(value)
      size += value.length
    }
  } catch {
    // The status has said what matters.
  }
  reader.cancel().catch(() => undefined)
  return Buffer.concat(chunks).subarray(0, BODY_BYTES).toString('utf8')
}

/** The system's name for what broke (`ECONNREFUSED`), never the message: it may hold the address. */
function brokenBy(error: unknown): string {
  const seen = [error, error instanceof Error ? error.cause : undefined]
  for (const one of seen) {
    if (one instanceof Error && 'code' in one && typeof one.code === 'string') return `no answer: ${one.code}`
  }
  return error instanceof Error && error.name === 'AbortError' ? 'stopped' : 'no answer: the connection broke'
}

function clean(text: string, secrets: readonly string[]): string {
  let safe = text
  for (const secret of secrets.flatMap(shapesOf)) if (secret.length >= 4) safe = safe.replaceAll(secret, '***')
  return oneLine(safe, DETAIL)
}

/** How a secret may come back in an answer: as it is; of an address, its path, or the path's last part (`Cannot POST /services/…`). */
function shapesOf(secret: string): readonly string[] {
  const path = URL.parse(secret)?.pathname ?? ''
  return [secret, path, path.split('/').at(-1) ?? '']
}
