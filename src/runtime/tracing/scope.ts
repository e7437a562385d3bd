import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpanContext } from '../../model/trace.ts'

const current = new AsyncLocalStorage<SpanContext>()
const spanOf = new WeakMap<object, SpanContext>()

/** The span that this code runs in; null: none. */
export function currentSpan(): SpanContext | null {
  return current.getStore() ?? null
}

/** Runs work in a span: spans begun in it are its children, log lines carry its ids. */
export function within<Result>(span: SpanContext | null, work: () => Result): Result {
  return span === null ? work() : current.run(span, work)
}

/** Notes that an error ended a span, so that what is said of it later can be said in it. The innermost span is kept. */
export function endedBy(error: unknown, span: SpanContext): void {
  if (typeof error === 'object' && error !== null && !spanOf.has(error)) spanOf.set(error, span)
}

/** Runs work in the span that an error ended. */
export function withinSpanOf<Result>(error: unknown, work: () => Result): Result {
  return within((typeof error === 'object' && error !== null && spanOf.get(error)) || currentSpan(), work)
}

/** What a log line says of the span that it is written in. */
export function spanFields(): { trace_id: string; span_id: string } | Record<string, never> {
  const span = current.getStore()
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }
}
