import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace'

/** What became of ended spans: arrived, given up because the queue was full or the process stopped, given up after an attempt. */
export type SpanFate = 'exported' | 'dropped' | 'failed'

interface SpanAccountDeps {
  readonly onSpans: (fate: SpanFate, count: number) => void
  /** Called when sending begins to fail, and with null when it goes on: not for each batch. */
  readonly onFailure: (why: string | null) => void
  /** How many spans, and links of theirs, may wait. */
  readonly limits: { readonly queue: number; readonly links: number }
  readonly overdueAfter: number
  /** An export takes too long: its connection is to be cut, so that it ends. */
  readonly onOverdue: () => void
}

/** How many spans wait, and what became of each. */
export interface SpanAccount {
  /** What is put into the queue, as long as it isn't full: the SDK's drops in silence. */
  readonly bounded: (batches: SpanProcessor) => SpanProcessor
  readonly counted: (exporter: SpanExporter) => SpanExporter
  /** What waits still is dropped. */
  readonly giveUp: () => void
  /** Why spans don't arrive; empty when they do. */
  readonly failure: () => string
}

export function createSpanAccount({
  onSpans,
  onFailure,
  limits,
  overdueAfter,
  onOverdue,
}: SpanAccountDeps): SpanAccount {
  let waiting = 0
  let links = 0
  let sending = 0
  let why = ''

  function bounded(batches: SpanProcessor): SpanProcessor {
    return {
      onStart: (span, context) => batches.onStart(span, context),
      onEnd: (span) => {
        if ((span.spanContext().traceFlags & 1) === 0) return
        if (waiting >= limits.queue || links > limits.links) return onSpans('dropped', 1)
        waiting += 1
        links += span.links.length
        batches.onEnd(span)
      },
      forceFlush: () => batches.forceFlush(),
      shutdown: () => batches.shutdown(),
    }
  }

  function counted(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) => {
        waiting -= spans.length
        for (const span of spans) links -= span.links.length
        sending += spans.length
        const overdue = setTimeout(onOverdue, overdueAfter).unref()
        exporter.export(spans, (result) => {
          clearTimeout(overdue)
          sending -= spans.length
          const failed = result.code !== 0
          onSpans(failed ? 'failed' : 'exported', spans.length)
          say(failed ? causeOf(result.error) : '')
          done(result)
        })
      },
      shutdown: () => exporter.shutdown(),
      forceFlush: async () => exporter.forceFlush?.(),
    }
  }

  function say(now: string): void {
    const changed = (now === '') !== (why === '')
    why = now
    if (changed) onFailure(now === '' ? null : now)
  }

  function giveUp(): void {
    const left = waiting + sending
    if (left > 0) onSpans('dropped', left)
    waiting = 0
    sending = 0
  }

  return { bounded, counted, giveUp, failure: () => why }
}

/** A status or the system's name for what broke; never the message, which may hold the address. */
function causeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'number') return `it answered ${code}`
  if (typeof code === 'string') return `no answer: ${code}`
  return 'no answer in time'
}
