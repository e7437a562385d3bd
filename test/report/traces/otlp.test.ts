import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOtlpSink, type OtlpDeps, type OtlpLimits } from '../../../src/report/traces/otlp.ts'
import type { SpanFate } from '../../../src/report/traces/span-account.ts'
import type { SpanSink, SpanStart } from '../../../src/report/traces/span.ts'
import { type OtlpServer, startOtlp } from '../../support/otlp-server.ts'
import { until } from '../../support/until.ts'
import { processorTime } from '../../support/processor-time.ts'

const BATCH: SpanStart = { name: 'process web', kind: 'consumer', attributes: {}, links: [] }
const ROUND: SpanStart = { name: 'evaluate', kind: 'internal', attributes: {}, links: [] }
const QUICK: OtlpLimits = { queue: 20, links: 1_000, batch: 5, delay: 10, timeout: 150, close: 300 }
const PROCESS = { version: '1', environment: 'test', instance: 'i', host: 'h', pid: 1 }

let otlp: OtlpServer
let sink: SpanSink | null = null
let fates: Record<SpanFate, number>
let said: (string | null)[]

beforeEach(async () => {
  otlp = await startOtlp()
  fates = { exported: 0, dropped: 0, failed: 0 }
  said = []
})
afterEach(async () => {
  await sink?.close()
  sink = null
  await otlp.close()
})

async function open(more: Partial<OtlpDeps> = {}): Promise<SpanSink> {
  sink = await createOtlpSink({
    url: `${otlp.url}/v1/traces`,
    headers: {},
    sampling: null,
    process: PROCESS,
    onSpans: (fate, count) => {
      fates[fate] += count
    },
    onFailure: (why) => void said.push(why),
    limits: QUICK,
    ...more,
  })
  return sink
}

function end(to: SpanSink, count: number, start: SpanStart = BATCH): void {
  for (let n = 0; n < count; n++) to.open(start, null).end(null)
}

const accounted = () => fates.exported + fates.dropped + fates.failed

describe('an endpoint that takes no spans', () => {
  const ways: Record<string, { readonly break: () => void | Promise<void>; readonly says: RegExp }> = {
    'never answers': { break: () => otlp.fail({ kind: 'hang' }, 'for ever'), says: /no answer/ },
    'answers 500': { break: () => otlp.fail({ kind: 'status', status: 500 }, 'for ever'), says: /it answered 500/ },
    'answers 503': { break: () => otlp.fail({ kind: 'status', status: 503 }, 'for ever'), says: /no answer/ },
    'never ends its answer': {
      break: () => otlp.fail({ kind: 'slow body', status: 200 }, 'for ever'),
      says: /no answer/,
    },
    'trickles its answer': { break: () => otlp.fail({ kind: 'trickle', status: 500 }, 'for ever'), says: /no answer/ },
    'cuts the connection': { break: () => otlp.fail({ kind: 'drop' }, 'for ever'), says: /no answer: ECONNRESET/ },
    'refuses connections': { break: () => otlp.close(), says: /no answer: ECONNREFUSED/ },
  }
  for (const [way, { break: breakIt, says }] of Object.entries(ways)) {
    it(`and ${way}: holds up nobody, drops what is over the queue, counts each span once and says so once`, async () => {
      const to = await open()
      await breakIt()
      const began = processorTime()
      end(to, 100)
      expect(processorTime() - began).toBeLessThan(100)
      expect(fates.dropped).toBeGreaterThanOrEqual(100 - QUICK.queue - 2 * QUICK.batch)
      await until('everything to be given up', () => accounted() === 100 && said.length > 0)
      expect(fates.exported).toBe(0)
      expect(fates.failed).toBeGreaterThan(0)
      expect(said).toEqual([expect.stringMatching(says)])
      expect(to.failure()).toMatch(says)
    })
  }

  it('gets new ones once it is well again, and that is said once', async () => {
    const to = await open()
    otlp.fail({ kind: 'status', status: 500 }, 'for ever')
    end(to, 5)
    await until('the failure', () => fates.failed === 5)
    otlp.mend()
    end(to, 5)
    await until('the rest', () => otlp.spans.length === 5)
    await until('the word of it', () => said.length === 2)
    expect(said[1]).toBeNull()
    expect(to.failure()).toBe('')
    expect(fates).toEqual({ exported: 5, failed: 5, dropped: 0 })
  })

  it('holds no more links than it may, since a span can have 128 of them', async () => {
    const to = await open({ limits: { ...QUICK, queue: 1_000, links: 100, batch: 1_000, delay: 30_000 } })
    const link = { to: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true } }
    end(to, 50, { ...BATCH, links: Array.from({ length: 20 }, () => link) })
    expect(fates.dropped).toBe(44)
    await to.close()
    expect(otlp.spans).toHaveLength(6)
  })

  it('delays the stop no longer than its bound, and what was waiting counts as dropped', async () => {
    const to = await open({ limits: { ...QUICK, timeout: 30_000, delay: 30_000 } })
    otlp.fail({ kind: 'hang' }, 'for ever')
    end(to, 20)
    const began = performance.now()
    await to.close()
    expect(performance.now() - began).toBeLessThan(QUICK.close + 200)
    expect(fates).toEqual({ exported: 0, failed: 0, dropped: 20 })
  })
})

describe('spans', () => {
  it('that still wait are sent at the stop', async () => {
    const to = await open({ limits: { ...QUICK, delay: 30_000 } })
    end(to, 3)
    await to.close()
    expect(otlp.spans).toHaveLength(3)
    expect(fates).toEqual({ exported: 3, failed: 0, dropped: 0 })
  })

  it('that are never ended are never sent', async () => {
    const to = await open()
    to.open(BATCH, null)
    end(to, 1, ROUND)
    await to.close()
    expect(otlp.spans.map(({ name }) => name)).toEqual(['evaluate'])
  })

  it('of batches are sampled by their share, those of evaluations never are', async () => {
    const to = await open({
      sampling: 0.25,
      limits: { ...QUICK, queue: 5_000, batch: 500, timeout: 10_000, close: 5_000 },
    })
    end(to, 2_000, BATCH)
    end(to, 100, ROUND)
    await to.close()
    const batches = otlp.spans.filter(({ name }) => name === 'process web').length
    // 2,000 × 0.25 ± 6 standard deviations
    expect(Math.abs(batches - 500)).toBeLessThan(6 * Math.sqrt(2_000 * 0.25 * 0.75))
    expect(otlp.spans).toHaveLength(batches + 100)
    expect(accounted()).toBe(batches + 100)
  })

  it('carry 128 links at most and say how many more there were', async () => {
    const to = await open()
    const links = Array.from({ length: 130 }, (_, n) => {
      const spanId = (n + 1).toString(16).padStart(16, '0')
      return { to: { traceId: 'a'.repeat(32), spanId, sampled: true } }
    })
    end(to, 1, { ...BATCH, links })
    await to.close()
    expect(otlp.spans[0]?.links).toHaveLength(128)
    expect(otlp.spans[0]?.droppedLinks).toBe(2)
  })

  it('are all that is sent, whatever the environment says of metrics and logs; it may name the service', async () => {
    const before = { ...process.env }
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
      OTEL_METRIC_EXPORT_INTERVAL: '10',
      OTEL_SERVICE_NAME: 'assay-eu',
      OTEL_RESOURCE_ATTRIBUTES: 'team=data',
    })
    try {
      const to = await open()
      end(to, 1)
      await until('the span', () => otlp.spans.length === 1)
      await to.close()
      expect(new Set(otlp.requests.map(({ path }) => path))).toEqual(new Set(['/v1/traces']))
      expect(otlp.spans[0]?.resource).toMatchObject({ 'service.name': 'assay-eu', team: 'data' })
    } finally {
      process.env = before
    }
  })
})
