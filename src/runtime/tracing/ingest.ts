import type { ArrivedRecord } from '../../model/record.ts'
import type { Observed } from '../../observe/observe.ts'
import { placeOf } from '../../observe/redact/rejects.ts'
import type { Source, SourceBatch } from '../../observe/sources/source.ts'
import { ingestResult, ingestSpan } from '../../report/traces/ingest-span.ts'
import type { Span, Tracing } from './tracing.ts'

/** Runs the commit of a batch in its span. Batches without records, which only move positions, have none. */
export function traceBatch<Result>(
  tracing: Tracing,
  { id, type, messaging = null }: SourceToTrace,
  { records, steps }: SourceBatch,
  commit: (span: Span) => Promise<Result>,
): Promise<Result> {
  const start = () => ingestSpan({ source: id, type, records, steps, messaging })
  return tracing.traced(start, (span) => {
    if (records.length === 0) span.discard()
    return commit(span)
  })
}

type SourceToTrace = Pick<Source, 'id' | 'type'> & { readonly messaging?: Source['messaging'] | null }

/** A batch was stored: its span says what it held, and incidents can point at it. */
export function rememberBatch(
  { on, evidence }: Tracing,
  span: Span,
  source: string,
  { outcomes, delta, rejects }: Observed,
  records: readonly ArrivedRecord[],
): void {
  if (!on) return
  span.set(() => ingestResult(outcomes))
  // What isn't sent can't be pointed at.
  if (span.context?.sampled !== true) return
  evidence.remember({ source, span: span.context, windows: delta.windows, records, rejects, placeOf })
}
