import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/model/failure.ts'
import type { SpanAttributes, SpanSink, SpanStart } from '../../../src/report/traces/span.ts'
import { currentSpan } from '../../../src/runtime/tracing/scope.ts'
import { createTracing, type Span } from '../../../src/runtime/tracing/tracing.ts'

const bug = (message = 'a bug'): never => {
  throw new TypeError(message)
}

const start = (): SpanStart => ({ name: 'batch', kind: 'internal', attributes: {}, links: [] })

/** A sink whose named part is broken. */
function brokenSink(part: 'open' | 'set' | 'end' | null) {
  const ended: (string | null)[] = []
  const sink: SpanSink = {
    open: () => {
      if (part === 'open') bug()
      return {
        context: { traceId: 't', spanId: 's', sampled: true },
        set: () => (part === 'set' ? bug() : undefined),
        end: (error) => (part === 'end' ? bug() : void ended.push(error)),
      }
    },
    close: async () => undefined,
    failure: () => '',
  }
  const logged: object[] = []
  let lost = 0
  const tracing = createTracing(sink, {
    log: { error: (fields: object) => void logged.push(fields) },
    onSpans: (fate, count) => {
      if (fate === 'failed') lost += count
    },
  })
  return { tracing, ended, logged, lost: () => lost }
}

/** Where a span breaks: what it says when it begins, what is said of the work, or the sink. */
const places = {
  'the start of a span': { part: null, begin: bug, set: () => ({}), ended: [] },
  'what is said of the work': { part: null, begin: start, set: bug, ended: [null] },
  'a sink that does not open': { part: 'open', begin: start, set: () => ({}), ended: [] },
  'a sink that takes no attributes': { part: 'set', begin: start, set: () => ({}), ended: [null] },
  'a sink that does not end': { part: 'end', begin: start, set: () => ({}), ended: [] },
} satisfies Record<
  string,
  { part: 'open' | 'set' | 'end' | null; begin: () => SpanStart; set: () => SpanAttributes; ended: (string | null)[] }
>

describe.each(Object.entries(places))('a bug in %s', (_name, { part, begin, set, ended: expected }) => {
  it('costs the span, and the work goes on to the same result', async () => {
    const { tracing, ended, logged, lost } = brokenSink(part)
    const work = async (span: Span) => {
      span.set(set)
      return 7
    }
    expect(await tracing.traced(begin, work)).toBe(7)
    expect(logged).toEqual([{ error: expect.stringContaining('a bug') }])
    expect(lost()).toBe(1)
    expect(ended).toEqual(expected)
    expect(currentSpan()).toBeNull()
  })

  it('leaves the work its own error', async () => {
    const { tracing, logged, lost } = brokenSink(part)
    const failure = new Failure('store_down', 'The store is down.', { retryable: true })
    const work = async (span: Span) => {
      span.set(set)
      throw failure
    }
    await expect(tracing.traced(begin, work)).rejects.toBe(failure)
    expect(logged).toEqual([{ error: expect.stringContaining('a bug') }])
    expect(lost()).toBe(1)
  })
})

it('a bug in a span that is over already, or in what incidents rest on, does not reach the work either', () => {
  const { tracing, logged, lost } = brokenSink(null)
  tracing.mark(bug)
  const span = { traceId: 't', spanId: 's', sampled: true }
  const batch = { source: 'web', span, records: [], rejects: [], placeOf: () => '' }
  // @ts-expect-error a bug: what must be a list isn't one
  tracing.evidence.remember({ ...batch, windows: null })
  // @ts-expect-error a bug: there is no question
  expect(tracing.evidence.links(null)).toEqual([])
  expect(logged).toHaveLength(3)
  expect(lost()).toBe(3)
})

it('the same bug is logged once and counted each time, whatever its message holds', async () => {
  const { tracing, logged, lost } = brokenSink(null)
  for (let n = 0; n < 3; n += 1) {
    expect(
      await tracing.traced(
        () => bug(`a bug in batch ${n}`),
        async () => n,
      ),
    ).toBe(n)
  }
  expect(logged).toEqual([{ error: expect.stringContaining('a bug in batch 0') }])
  expect(lost()).toBe(3)
})
