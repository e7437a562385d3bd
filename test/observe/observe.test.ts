import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArrivedRecord, Decoded } from '../../src/model/record.ts'
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../src/model/time.ts'
import { emptyCounts, mergeCounts, OTHER, type WindowCounts } from '../../src/model/window.ts'
import { formatConfig } from '../../src/observe/decode/config.ts'
import { createDecoder } from '../../src/observe/decode/decode.ts'
import { parsePayload } from '../../src/observe/decode/parse.ts'
import { createSightings, type Sightings } from '../../src/observe/dedupe/sightings.ts'
import { type ObserveContext, type Observed, observeBatch } from '../../src/observe/observe.ts'
import type { WindowDelta } from '../../src/observe/windows/delta.ts'
import { createInterner } from '../../src/observe/windows/interner.ts'
import { contractVersion, planWith } from '../support/contract.ts'
import { hostileArrival, hostilePayload } from '../support/hostile.ts'
import { seeded } from '../support/random.ts'
import { runsOf } from '../support/thorough.ts'

const T = Date.UTC(2026, 0, 15, 10)
const MAX_DELAY = 5 * MINUTE
const plan = planWith({
  Order: [
    contractVersion({
      type: 'object',
      required: ['order_id', 'revenue'],
      properties: {
        order_id: { type: ['string', 'null'] },
        revenue: { type: 'number' },
        buyer: { type: 'string', 'x-pii': 'name' },
      },
    }),
  ],
})
const decode = createDecoder(formatConfig.parse({ type: 'segment' }))

function context(): ObserveContext {
  const filters = new Map<string, Sightings>()
  return {
    plan,
    interner: createInterner(),
    sightings: (partition) => {
      const filter = filters.get(partition) ?? createSightings({ horizon: DAY, capacity: 100_000 })
      filters.set(partition, filter)
      return filter
    },
    lateAfter: (event, source) => (event === 'Order' && source === 'web' ? MAX_DELAY : null),
  }
}

interface Given {
  readonly event?: string
  readonly id?: string
  readonly body?: unknown
  readonly delay?: number
  readonly context?: unknown
  readonly partition?: string
}

function record(
  arrivedAt: Instant | null,
  { event = 'Order', id, body = { order_id: 'o', revenue: 1 }, delay, context, partition = '0' }: Given = {},
): ArrivedRecord {
  const timestamp = delay === undefined || arrivedAt === null ? undefined : arrivedAt - delay
  const decoded = decode({ type: 'track', event, messageId: id, properties: body, context, timestamp }, null)
  return { partition, position: 'line 1', arrivedAt, decoded }
}

function observe(records: readonly ArrivedRecord[], within = context(), manyPartitions = false): Observed {
  return observeBatch({ source: 'web', records, manyPartitions }, within)
}

function only({ delta }: Observed): WindowCounts {
  expect(delta.windows).toHaveLength(1)
  return delta.windows[0]?.counts ?? emptyCounts()
}

describe('a batch', () => {
  it('counts each record into the minute of its arrival', () => {
    const { delta } = observe([record(T), record(T + MINUTE - 1), record(T + MINUTE)])
    expect(delta.windows).toEqual([
      {
        series: { source: 'web', kind: 'planned', event: 'Order' },
        minute: T,
        counts: { ...emptyCounts(), received: 2, lastArrival: T + MINUTE - 1 },
      },
      {
        series: { source: 'web', kind: 'planned', event: 'Order' },
        minute: T + MINUTE,
        counts: { ...emptyCounts(), received: 1, lastArrival: T + MINUTE },
      },
    ])
  })

  it('counts invalid and incomplete records, each once however much is wrong', () => {
    const observed = observe([
      record(T, { body: { order_id: null, revenue: 'x' } }),
      record(T, { body: {} }),
      record(T, { body: { order_id: null, revenue: 1 } }),
    ])
    expect(only(observed)).toMatchObject({ received: 3, invalid: 2, incomplete: 3 })
    expect(observed.outcomes).toEqual({ valid: 1, invalid: 2, unplanned: 0, undecodable: 0 })
    expect(
      observed.delta.findings.map(({ finding: { kind, path, keyword }, count }) => [kind, path, keyword, count]),
    ).toEqual([
      ['violation', '/revenue', 'type', 1],
      ['unfilled', '/order_id', '', 3],
      ['violation', '/order_id', 'required', 1],
      ['violation', '/revenue', 'required', 1],
      ['unfilled', '/revenue', '', 1],
    ])
  })

  it('tells duplicates apart by id, across events and within one batch; what has no id is outside', () => {
    const within = context()
    const observed = observe(
      [record(T, { id: 'a' }), record(T, { id: 'a' }), record(T), record(T, { id: 'b' })],
      within,
    )
    expect(only(observed)).toMatchObject({ received: 4, identified: 3, duplicates: 1 })
    observed.commit()
    expect(only(observe([record(T + HOUR, { id: 'b', event: 'Other' })], within))).toMatchObject({ duplicates: 1 })
    expect(only(observe([record(T + HOUR, { id: 'b', partition: '1' })], within))).toMatchObject({ duplicates: 0 })
  })

  it('holds a record for late over the max_delay of its event, and for a backfill over a day', () => {
    const delays = [-HOUR, 0, MAX_DELAY, MAX_DELAY + 1, DAY, DAY + 1]
    expect(only(observe(delays.map((delay) => record(T, { delay }))))).toMatchObject({
      timed: 6,
      late: 3,
      backfilled: 1,
    })
    expect(only(observe(delays.map((delay) => record(T, { delay, event: 'Other' }))))).toMatchObject({
      timed: 6,
      late: 0,
      backfilled: 1,
    })
    const observed = observe([
      ...delays.map((delay) => record(T, { delay })),
      record(T),
      record(T, { delay: 7, event: 'Other' }),
    ])
    expect(observed.delays).toEqual(new Map([['Order', delays]]))
  })

  it('counts names without a contract and what is no event apart', () => {
    const undecodable: Decoded = {
      ok: false,
      reason: 'malformed_json',
      event: null,
      receivedAt: T,
      excerpt: '{"password":"hunter2',
    }
    const observed = observe([
      record(T, { event: 'New' }),
      { partition: '0', position: 'line 2', arrivedAt: T, decoded: undecodable },
    ])
    expect(observed.delta.windows.map(({ series, counts }) => [series.kind, series.event, counts.received])).toEqual([
      ['unplanned', 'New', 1],
      ['undecodable', 'malformed_json', 1],
    ])
    expect(observed.outcomes).toMatchObject({ unplanned: 1, undecodable: 1 })
    expect(observed.rejects).toEqual([
      {
        source: 'web',
        position: '0 line 2',
        arrivedAt: T,
        event: null,
        reason: 'malformed_json',
        violations: [],
        payload: '"{\\"password\\":\\"‹secret›\\""',
      },
    ])
  })

  it.each([null, 0, Date.UTC(2009, 11, 31, 23, 59, 59, 999), Date.UTC(2100, 0, 1), Number.NaN])(
    'keeps a record that arrived at %s out of every window',
    (arrivedAt) => {
      const observed = observe([record(arrivedAt, { body: { buyer: 'Jane' }, id: 'a' })])
      expect(observed.delta).toEqual({ windows: [], facets: [], findings: [] })
      expect(observed.outcomes).toMatchObject({ undecodable: 1, invalid: 0 })
      expect(observed.quarantined).toEqual(new Map([['implausible_time', 1]]))
      expect(observed.rejects).toMatchObject([
        { arrivedAt: null, event: 'Order', reason: 'implausible_time', violations: [] },
      ])
      expect(observed.sightings).toEqual([])
      expect(observed.rejects[0]?.payload).not.toContain('Jane')
    },
  )

  it('names a release as itself, however many came in the weeks before', () => {
    const kept = context()
    const seen = (at: Instant, versions: readonly string[]) => {
      const records = versions.map((version) => record(at, { context: { app: { version } } }))
      const { delta, commit } = observeBatch({ source: 'web', records, manyPartitions: false }, kept)
      commit()
      return delta.facets.map(({ facet }) => facet.appVersion)
    }
    seen(
      T,
      Array.from({ length: 64 }, (_, n) => `1.${n}`),
    )
    expect(seen(T + DAY, ['2.0'])).toEqual([OTHER])
    expect(seen(T + 7 * DAY, ['2.0', '1.63'])).toEqual(['2.0', '1.63'])
  })

  it('says where a rejected record stands, however long the path to it', () => {
    const bad = record(T, { body: {}, partition: `${'deep/'.repeat(60)}jane@example.org.ndjson` })
    const [entry] = observe([{ ...bad, position: 'line 12' }]).rejects
    expect(entry?.position).toMatch(/^(deep\/){40}… line 12$/)
  })

  it('keeps of records without a plausible arrival 100 for each minute of those around them', () => {
    const observed = context()
    const bare = Array.from({ length: 150 }, () => record(0))
    const kept = (arrivals: readonly Instant[]) => {
      const batch = [...arrivals.map((at) => record(at)), ...bare]
      const { rejects, commit } = observeBatch({ source: 'web', records: batch, manyPartitions: false }, observed)
      commit()
      return rejects.length
    }
    expect([kept([T]), kept([T + SECOND]), kept([T + MINUTE]), kept([]), kept([T + 2 * MINUTE])]).toEqual([
      100, 0, 100, 0, 100,
    ])
  })

  it('splits what it counts by dimensions and, where there is more than one, by partition', () => {
    const of = (version: string, partition: string) =>
      record(T, { partition, context: { platform: 'ios', app: { version } } })
    const { delta } = observe([of('1', 'a'), of('2', 'a'), of('1', 'b')], context(), true)
    expect(delta.facets.map(({ facet, counts }) => [facet.appVersion, facet.partition, counts.received])).toEqual([
      ['1', null, 2],
      ['2', null, 1],
      [null, 'a', 2],
      [null, 'b', 1],
    ])
    expect(observe([of('1', 'a')]).delta.facets).toHaveLength(1)
  })

  it('keeps what is invalid, redacted, with what is wrong', () => {
    const observed = observe([
      record(T, { id: 'a', body: { order_id: 'o', revenue: 'x', buyer: 'Jane', note: 'jane@example.org' } }),
    ])
    expect(observed.rejects).toMatchObject([
      {
        event: 'Order',
        reason: 'invalid',
        violations: [{ path: '/revenue', keyword: 'type', message: 'string instead of number' }],
      },
    ])
    expect(JSON.parse(observed.rejects[0]?.payload ?? '')).toMatchObject({
      event: 'Order',
      properties: { order_id: 'o', revenue: 'x', buyer: '‹name›', note: '‹email›' },
    })
  })

  it('hides what any version of a contract classifies, whichever judged the record', () => {
    const classified = { type: 'object', properties: { buyer: { type: 'string', 'x-pii': 'name' } } }
    const versions = [
      contractVersion({ type: 'object', required: ['order_id'] }, { version: 1 }),
      contractVersion(classified, { version: 2, appliesFrom: '>=2.0.0' }),
    ]
    const within = { ...context(), plan: planWith({ Order: versions }) }
    const old = record(T, { body: { buyer: 'Jane' }, context: { app: { version: '1.0.0' } } })
    const { rejects, samples } = observe([old], within)
    expect([...rejects, ...samples].map(({ payload }) => payload.includes('Jane'))).toEqual([false, false])
  })

  it('keeps at most 100 records alike of one minute, over all batches, and counts the rest', () => {
    const within = context()
    let kept = 0
    for (let batch = 0; batch < 30; batch++) {
      const observed = observe(
        Array.from({ length: 10 }, () => record(T, { body: {} })),
        within,
      )
      kept += observed.rejects.length
      expect(observed.quarantined.get('invalid')).toBe(10)
      observed.commit()
    }
    expect(kept).toBe(100)
  })

  it('shows the last record of each event and the last that was invalid', () => {
    const { samples } = observe([
      record(T, { body: { order_id: 7, revenue: 1 } }),
      record(T + 1, { body: { order_id: '', revenue: 1.5, list: [] } }),
      record(T, { event: 'New' }),
    ])
    expect(samples).toMatchObject([
      {
        kind: 'planned',
        event: 'Order',
        arrivedAt: T + 1,
        properties: [
          { name: 'order_id', types: { string: 1 }, filled: 0, seen: 1 },
          { name: 'revenue', types: { number: 1 }, filled: 1, seen: 1 },
          { name: 'list', types: { array: 1 }, filled: 1, seen: 1 },
        ],
      },
      { kind: 'unplanned', event: 'New', invalidPayload: null },
    ])
    expect(JSON.parse(samples[0]?.invalidPayload ?? '')).toMatchObject({ properties: { order_id: 7 } })
  })

  it('shows every record of an event that is seldom sent, and at most 20 a second of one that is sent all the time', () => {
    const within = context()
    const shown = (at: Instant, body?: unknown) => {
      const observed = observe([record(at, { body })], within)
      observed.commit()
      return observed.samples.length
    }
    expect(Array.from({ length: 100 }, (_, n) => shown(T + n)).filter((count) => count === 1)).toHaveLength(20)
    expect(shown(T + 500, {})).toBe(1)
    expect(shown(T + SECOND)).toBe(1)
  })

  it('leaves no trace in memory when it is discarded', () => {
    const batch = Array.from({ length: 150 }, (_, n) => record(T + n, { id: `${n % 100}`, body: {} }))
    const within = context()
    const first = observe(batch, within)
    first.discard()
    const again = observe(batch, within)
    expect({ ...again, commit: null, discard: null }).toEqual({ ...first, commit: null, discard: null })
    expect(again.rejects).toHaveLength(100)
  })
})

/** Sums by key, so that deltas of many batches can be held against one. */
function summed(deltas: readonly WindowDelta[]): unknown {
  const sums = new Map<string, WindowCounts | number>()
  for (const { windows, facets, findings } of deltas) {
    const keys = new Set<string>()
    for (const row of [...windows, ...facets]) {
      const key = JSON.stringify([row.series, 'facet' in row ? row.facet : null, row.minute])
      expect(keys.has(key)).toBe(false)
      keys.add(key)
      sums.set(key, mergeCounts((sums.get(key) as WindowCounts | undefined) ?? emptyCounts(), row.counts))
    }
    for (const { series, finding, minute, count } of findings) {
      const key = JSON.stringify([series, finding, minute])
      expect(keys.has(key)).toBe(false)
      keys.add(key)
      sums.set(key, ((sums.get(key) as number | undefined) ?? 0) + count)
    }
  }
  return new Map([...sums].sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe('any split of a list of records', () => {
  it('comes to the same sums, outcomes, quarantine and sightings', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat(200), { maxLength: 8 }), (seed, cuts) => {
        const random = seeded(seed)
        const records = Array.from({ length: 200 }, (_, n): ArrivedRecord => {
          const parsed = parsePayload(hostilePayload(random))
          const decoded = parsed.ok ? decode(parsed.value, null) : parsed
          return { partition: `${n % 3}`, position: `${n}`, arrivedAt: hostileArrival(random, T), decoded }
        })
        const edges = [0, ...cuts.toSorted((a, b) => a - b), records.length]
        const parts = edges.slice(1).map((to, index) => records.slice(edges[index], to))
        const run = (batches: readonly (readonly ArrivedRecord[])[]) => {
          const within = context()
          return batches.map((batch) => {
            const observed = observe(batch, within, true)
            observed.commit()
            return observed
          })
        }
        const [whole, split] = [run([records]), run(parts)]
        expect(summed(split.map(({ delta }) => delta))).toEqual(summed(whole.map(({ delta }) => delta)))
        expect(split.flatMap(({ rejects }) => rejects)).toEqual(whole.flatMap(({ rejects }) => rejects))
        for (const outcome of ['valid', 'invalid', 'unplanned', 'undecodable'] as const) {
          const sum = (all: readonly Observed[]) => all.reduce((total, { outcomes }) => total + outcomes[outcome], 0)
          expect(sum(split)).toBe(sum(whole))
        }
        expect(bytesSeen(split)).toBe(bytesSeen(whole))
      }),
      runsOf(30),
    )
  })
})

function bytesSeen(all: readonly Observed[]): number {
  return all.reduce((total, { sightings }) => total + sightings.reduce((sum, { bytes }) => sum + bytes.length, 0), 0)
}

describe('sightings of a batch', () => {
  it('are told once for partitions that share a filter', () => {
    const filter = createSightings({ horizon: DAY, capacity: 1_000 })
    const records = [record(T, { id: 'a', partition: 'x' }), record(T + SECOND, { id: 'a', partition: 'y' })]
    const observed = observe(records, { ...context(), sightings: () => filter })
    expect(only(observed).duplicates).toBe(1)
    expect(observed.sightings.map(({ partition, bytes }) => [partition, bytes.length])).toEqual([['x', 24]])
  })
})
