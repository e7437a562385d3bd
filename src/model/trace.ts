/** Who a span is: what others need to point at it (W3C Trace Context). */
export interface SpanContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  readonly sampled: boolean
}

/** A header longer than this holds no trace parent, and isn't kept. */
const LONGEST = 128
/** Version, trace, parent, flags; versions after 00 may say more behind them. https://www.w3.org/TR/trace-context/ */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-|$)/
const LENGTH = 55
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/**
 * The `traceparent` header that came with a record: text, or bytes as brokers hand them over; of several the first. Null
 * where there is none, or none that could be one: what is kept with a record stays small.
 */
export function sentTraceparent(header: unknown): string | null {
  const first: unknown = Array.isArray(header) ? header[0] : header
  if (typeof first === 'string') return first.length > 0 && first.length <= LONGEST ? first : null
  return first instanceof Uint8Array && first.length <= LONGEST
    ? sentTraceparent(new TextDecoder().decode(first))
    : null
}

/** The producer's span that a `traceparent` names; null where it is none. */
export function readTraceparent(text: string): SpanContext | null {
  if (!TRACEPARENT.test(text) || (text.length > LENGTH && text.startsWith('00'))) return null
  const traceId = text.slice(3, 35)
  const spanId = text.slice(36, 52)
  if (traceId === NO_TRACE || spanId === NO_SPAN) return null
  return { traceId, spanId, sampled: (Number.parseInt(text.slice(53, 55), 16) & 1) === 1 }
}
