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
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

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
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(text.trim()) ?? []
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return null
  if (version === 'ff' || (version === '00' && more !== undefined)) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}
