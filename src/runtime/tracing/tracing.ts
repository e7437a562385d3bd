import { Failure } from '../../model/failure.ts'
import type { SpanContext } from '../../model/trace.ts'
import { createEvidence, type Evidence } from '../../report/traces/evidence.ts'
import type { SpanFate } from '../../report/traces/span-account.ts'
import type { OpenSpan, SpanAttributes, SpanSink, SpanStart } from '../../report/traces/span.ts'
import { createBugNotice } from '../bug-notice.ts'
import type { Log } from '../log.ts'
import { currentSpan, endedBy, within } from './scope.ts'

/** The span that a piece of work runs in. */
export interface Span {
  /** Null: nothing is traced. */
  readonly context: SpanContext | null
  /** Called when the span is sent at all: off, what it would say isn't put together. */
  readonly set: (attributes: () => SpanAttributes) => void
  /** It went wrong without an error being thrown. */
  readonly fail: (code: string) => void
  /** There was nothing to tell of: it isn't sent. */
  readonly discard: () => void
}

/**
 * Where work is traced. Off, it runs the work and does nothing else: what a span would say isn't even put together. A bug in
 * putting it together loses the span or a part of it, and never reaches the work.
 */
export interface Tracing {
  readonly on: boolean
  /** Runs work in a span, the child of the one that the code runs in, or of `parent`. */
  readonly traced: <Result>(
    start: () => SpanStart,
    work: (span: Span) => Promise<Result>,
    parent?: SpanContext | null,
  ) => Promise<Result>
  /** A span that is over already. */
  readonly mark: (start: () => SpanStart) => void
  /** Epoch milliseconds with fractions; 0 when off. */
  readonly clock: () => number
  /** The stored batches of late. */
  readonly evidence: Evidence
  /** The span in which an incident was last looked at: what is sent of it belongs there. In memory: not after a restart. */
  readonly incidents: IncidentSpans
}

export interface IncidentSpans {
  readonly get: (incident: string) => SpanContext | null
  readonly set: (incident: string, span: SpanContext | null) => void
}

/** Incidents whose spans are remembered. */
const MOST_INCIDENTS = 1_000

const NO_SPAN: Span = { context: null, set: () => undefined, fail: () => undefined, discard: () => undefined }

export const NO_TRACING: Tracing = {
  on: false,
  traced: (_start, work) => work(NO_SPAN),
  mark: () => undefined,
  clock: () => 0,
  evidence: { remember: () => undefined, links: () => [] },
  incidents: { get: () => null, set: () => undefined },
}

interface TracingDeps {
  readonly log: Pick<Log, 'error'>
  readonly onSpans: (fate: SpanFate, count: number) => void
}

export function createTracing(sink: SpanSink, { log, onSpans }: TracingDeps): Tracing {
  const evidence = createEvidence()
  const tellOfBug = createBugNotice(log, 'a span could not be put together; the work goes on without it')

  function guarded<Made>(make: () => Made, otherwise: Made): Made {
    try {
      return make()
    } catch (error) {
      tellOfBug(error)
      onSpans('failed', 1)
      return otherwise
    }
  }

  async function traced<Result>(
    start: () => SpanStart,
    work: (span: Span) => Promise<Result>,
    parent: SpanContext | null = currentSpan(),
  ): Promise<Result> {
    const open = guarded<OpenSpan | null>(() => sink.open(start(), parent), null)
    if (open === null) return work(NO_SPAN)
    let failed: string | null = null
    let discarded = false
    const span: Span = {
      context: open.context,
      set: (attributes) => guarded(() => open.set(attributes()), undefined),
      fail: (code) => {
        failed = code
      },
      discard: () => {
        discarded = true
      },
    }
    try {
      return await within(open.context, () => work(span))
    } catch (error) {
      failed = codeOf(error)
      discarded = false
      endedBy(error, open.context)
      throw error
    } finally {
      if (!discarded) guarded(() => open.end(failed), undefined)
    }
  }

  return {
    on: true,
    traced,
    mark: (start) => guarded(() => sink.open(start(), currentSpan()).end(null), undefined),
    clock: () => performance.timeOrigin + performance.now(),
    evidence: {
      remember: (batch) => guarded(() => evidence.remember(batch), undefined),
      links: (question) => guarded(() => evidence.links(question), []),
    },
    incidents: createIncidentSpans(),
  }
}

/** Of a Failure its code; a wait that the stop cut off is no bug. */
function codeOf(error: unknown): string {
  if (error instanceof Failure) return error.code
  return error instanceof Error && error.name === 'AbortError' ? 'stopped' : 'bug'
}

function createIncidentSpans(): IncidentSpans {
  const spans = new Map<string, SpanContext>()
  return {
    get: (incident) => spans.get(incident) ?? null,
    set: (incident, span) => {
      if (span === null) return
      spans.delete(incident)
      spans.set(incident, span)
      const [oldest] = spans.keys()
      if (spans.size > MOST_INCIDENTS && oldest !== undefined) spans.delete(oldest)
    },
  }
}
