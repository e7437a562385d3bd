import { setImmediate } from 'node:timers/promises'
import type { ArrivedRecord } from '../../src/model/record.ts'
import type { SourceBatch } from '../../src/observe/sources/source.ts'
import { startTraces } from '../../src/runtime/tracing/start.ts'
import { traceBatch } from '../../src/runtime/tracing/ingest.ts'
import { NO_TRACING, type Tracing } from '../../src/runtime/tracing/tracing.ts'
import { startFaultServer } from '../support/fault-server.ts'
import { collectorRate } from './collector.ts'
import type { Figure } from './figure.ts'

const ROUNDS = 3
const BATCHES = 10_000
const WARM_UP = 2_000

/** What traces cost: a batch's span by itself, and the collector with and without them, in turns of one run. */
export async function bench(): Promise<Figure[]> {
  const otlp = await startFaultServer(() => ({ status: 200, body: '' }))
  const traces = await startTraces(
    { otlp: otlp.url, headers: {} },
    {
      env: {},
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      process: { version: '0', environment: 'bench', host: 'bench', pid: process.pid },
      onSpans: () => undefined,
    },
  )
  try {
    const bare = await perBatch((work) => work())
    const traced = (tracing: Tracing, batch: SourceBatch) =>
      perBatch((work) => traceBatch(tracing, SOURCE, batch, work))
    const off = await traced(NO_TRACING, batchOf(1))
    const one = await traced(traces.tracing, batchOf(1))
    const many = await traced(traces.tracing, batchOf(100))
    const rates: Record<'off' | 'on', number[]> = { off: [], on: [] }
    for (let round = 0; round < ROUNDS; round++) {
      rates.off.push(await collectorRate({ milliseconds: 2_000 }))
      rates.on.push(await collectorRate({ milliseconds: 2_000, tracing: traces.tracing }))
    }
    const [without, withThem] = [middle(rates.off), middle(rates.on)]
    return [
      figure('traces_off_batch', off, 'µs', 'the work of a batch without tracing around it', bare),
      figure('traces_on_batch', one, 'µs', 'goal: 100 records of one request, where storing them takes 2 to 5 ms', 100),
      figure('traces_on_batch_100_producers', many, 'µs', 'the same of one request', one),
      figure('traces_on_collector', withThem, 'events/s', 'the collector without traces, same run', without),
    ]
  } finally {
    await traces.close()
    await otlp.close()
  }
}

const SOURCE = { id: 'web', type: 'http' }

/** A hundred records of so many requests that have a trace. */
function batchOf(producers: number): SourceBatch {
  const records = Array.from({ length: 100 }, (_, index): ArrivedRecord => {
    const decoded = { ok: false, reason: 'empty', event: null, receivedAt: null, excerpt: '' } as const
    const producer = (Math.floor((index * producers) / 100) + 1).toString(16).padStart(16, '0')
    const traceparent = `00-${producer.padStart(32, 'a')}-${producer}-01`
    return { partition: '1', position: String(index), arrivedAt: 0, decoded, traceparent }
  })
  return {
    records,
    steps: [{ partition: '1', from: 'a', to: 'b', observedUntil: 0, listeningSince: null, complete: false }],
    afterJudging: null,
    acknowledge: () => undefined,
    refuse: () => undefined,
  }
}

/** Microseconds a batch. */
async function perBatch(trace: (work: () => Promise<void>) => ReturnType<Tracing['traced']>): Promise<number> {
  const work = async (): Promise<void> => undefined
  let took = 0
  for (let n = 0; n < BATCHES; n++) {
    const began = performance.now()
    await trace(work)
    if (n >= WARM_UP) took += performance.now() - began
    if (n % 100 === 0) await setImmediate() // as in life, where spans are sent meanwhile
  }
  return Number(((took * 1_000) / (BATCHES - WARM_UP)).toFixed(2))
}

function middle(rates: readonly number[]): number {
  return [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? Number.NaN
}

function figure(name: string, value: number, unit: string, reference: string, referenceValue: number): Figure {
  return { name, value, unit, reference, reference_value: referenceValue, ratio: value / referenceValue }
}
