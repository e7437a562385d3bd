import type { SpanContext } from '../../model/trace.ts'

/** As OpenTelemetry's API takes them: lists aren't readonly there, and are copied by it. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | string[]>>

/** A reference to a span of another trace. */
export interface SpanLink {
  readonly to: SpanContext
  readonly attributes?: SpanAttributes
}

/** What a span says when it begins. Links are given then, since samplers look at them. */
export interface SpanStart {
  readonly name: string
  /** `consumer`: it takes in what others sent; `client`: it calls somebody; else `internal`. */
  readonly kind: 'internal' | 'consumer' | 'client'
  readonly attributes: SpanAttributes
  readonly links: readonly SpanLink[]
  /** Epoch milliseconds with fractions, where it began before anybody knew that it is worth a span. */
  readonly began?: number
}

/** A span that has begun. One that is never ended is never sent. */
export interface OpenSpan {
  readonly context: SpanContext
  readonly set: (attributes: SpanAttributes) => void
  /** `error`: the code of what broke (`error.type`); null: it went well. */
  readonly end: (error: string | null) => void
}

/** Where spans go. */
export interface SpanSink {
  readonly open: (start: SpanStart, parent: SpanContext | null) => OpenSpan
  /** Sends what waits, within a bound; drops the rest. */
  readonly close: () => Promise<void>
  /** Whether spans get through at present; empty: they do, or none has been sent yet. */
  readonly failure: () => string
}

/** What OTel's SDKs keep of a span's links by default; more would be dropped in silence. */
export const MOST_LINKS = 128
