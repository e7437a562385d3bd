import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/model/failure.ts'
import type { SpanContext } from '../../../src/model/trace.ts'
import type { SpanSink, SpanStart } from '../../../src/report/traces/span.ts'
import { createLog } from '../../../src/runtime/log.ts'
import { currentSpan, withinSpanOf } from '../../../src/runtime/tracing/scope.ts'
import { createTracing, NO_TRACING } from '../../../src/runtime/tracing/tracing.ts'

interface Ended {
  readonly name: string
  readonly id: string
  readonly parent: string | null
  readonly error: string | null
}

function recording(): { sink: SpanSink; ended: Ended[] } {
  const ended: Ended[] = []
  let opened = 0
  const sink: SpanSink = {
    open: ({ name }, parent) => {
      opened += 1
      const context: SpanContext = { traceId: parent?.traceId ?? `trace-${opened}`, spanId: `${opened}`, sampled: true }
      const end = (error: string | null) => {
        ended.push({ name, id: context.spanId, parent: parent?.spanId ?? null, error })
      }
      return { context, set: () => undefined, end }
    },
    close: async () => undefined,
    failure: () => '',
  }
  return { sink, ended }
}

const unexpected = {
  log: { error: (fields: object) => expect.unreachable(JSON.stringify(fields)) },
  onSpans: () => expect.unreachable('a span is lost'),
}

const start = (name: string) => (): SpanStart => ({ name, kind: 'internal', attributes: {}, links: [] })

function logged() {
  const lines: Record<string, unknown>[] = []
  return { log: createLog((line) => void lines.push(JSON.parse(line)), false), lines }
}

describe('traced work', () => {
  it('has the spans begun in it as children, over awaits and beside other work', async () => {
    const { sink, ended } = recording()
    const { traced, mark } = createTracing(sink, unexpected)
    const one = traced(start('a'), async () => {
      await Promise.resolve()
      await traced(start('a.child'), async () => undefined)
      mark(start('a.mark'))
    })
    const other = traced(start('b'), async () => traced(start('b.child'), async () => undefined))
    await Promise.all([one, other])
    const ids = new Map(ended.map(({ name, id }) => [name, id]))
    const parents = new Map(ended.map(({ name, parent }) => [name, parent]))
    expect(parents).toEqual(
      new Map([
        ['a', null],
        ['a.child', ids.get('a')],
        ['a.mark', ids.get('a')],
        ['b', null],
        ['b.child', ids.get('b')],
      ]),
    )
    expect(currentSpan()).toBeNull()
  })

  it('that throws ends its span with the code, and what is logged of the error carries the span’s ids', async () => {
    const { sink, ended } = recording()
    const { log, lines } = logged()
    const tracing = createTracing(sink, unexpected)
    const failure = new Failure('store_down', 'The store is down.', { retryable: true })
    const caught = await tracing
      .traced(start('batch'), async () => Promise.reject(failure))
      .catch((error: unknown) => {
        withinSpanOf(error, () => log.warn({ code: 'store_down' }, 'reading is paused'))
        return error
      })
    log.info('outside')
    expect(caught).toBe(failure)
    expect(ended).toMatchObject([{ name: 'batch', error: 'store_down' }])
    expect(lines[0]).toMatchObject({ trace_id: 'trace-1', span_id: '1', msg: 'reading is paused' })
    expect(lines[1]).not.toHaveProperty('trace_id')
  })

  it('that had nothing to tell sends no span, unless it failed', async () => {
    const { sink, ended } = recording()
    const { traced } = createTracing(sink, unexpected)
    await traced(start('idle'), async (span) => span.discard())
    await traced(start('broke'), async (span) => {
      span.discard()
      throw new Error('a bug')
    }).catch(() => undefined)
    expect(ended).toMatchObject([{ name: 'broke', error: 'bug' }])
  })

  it('is work and nothing else where nothing is traced: what a span would say is never put together', async () => {
    const never = (): never => {
      throw new Error('put together')
    }
    NO_TRACING.mark(never)
    expect(await NO_TRACING.traced(never, async (span) => [span.context, currentSpan()])).toEqual([null, null])
  })

  it('remembers a bounded number of incidents', () => {
    const { incidents } = createTracing(recording().sink, unexpected)
    const span: SpanContext = { traceId: 't', spanId: 's', sampled: true }
    for (let n = 0; n <= 1_000; n++) incidents.set(`inc_${n}`, span)
    expect(incidents.get('inc_0')).toBeNull()
    expect(incidents.get('inc_1')).toBe(span)
  })
})
