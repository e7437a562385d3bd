import { describe, expect, it } from 'vitest'
import type { ArrivedRecord } from '../../../src/model/record.ts'
import type { QuarantineEntry } from '../../../src/model/reject.ts'
import { MINUTE } from '../../../src/model/time.ts'
import type { SpanContext } from '../../../src/model/trace.ts'
import { emptyCounts, type WindowCounts } from '../../../src/model/window.ts'
import { createEvidence, type Evidence, type EvidenceQuestion } from '../../../src/report/traces/evidence.ts'

const T = Date.UTC(2026, 0, 5, 9)
const hex = (n: number, width: number) => n.toString(16).padStart(width, '0')
const spanOf = (n: number): SpanContext => ({ traceId: hex(n, 32), spanId: hex(n, 16), sampled: true })
const sentBy = (n: number) => `00-${hex(n, 32)}-${hex(n, 16)}-01`

interface Given {
  readonly n: number
  readonly minute: number
  readonly event?: string
  readonly counts?: Partial<WindowCounts>
  /** Producers of the batch's records, in order; the records at `rejected` break their contract. */
  readonly producers?: readonly number[]
  readonly rejected?: readonly number[]
}

function remember(
  evidence: Evidence,
  { n, minute, event = 'E', counts = {}, producers = [], rejected = [] }: Given,
): void {
  const records = producers.map((producer, index): ArrivedRecord => {
    const decoded = { ok: true, event } as ArrivedRecord['decoded']
    return { partition: 'p', position: String(index), arrivedAt: T, decoded, traceparent: sentBy(producer) }
  })
  evidence.remember({
    source: 'web',
    span: spanOf(n),
    windows: [
      {
        series: { source: 'web', kind: 'planned', event },
        minute: T + minute * MINUTE,
        counts: { ...emptyCounts(), received: 1, ...counts },
      },
    ],
    records,
    rejects: rejected.map((index) => ({ position: `p ${index}` }) as QuarantineEntry),
    placeOf: ({ partition, position }) => `${partition} ${position}`,
  })
}

function asked(evidence: Evidence, question: Partial<EvidenceQuestion> = {}) {
  const links = evidence.links({
    event: 'E',
    subject: 'event',
    kinds: ['validity'],
    from: T,
    until: T + 10 * MINUTE,
    ...question,
  })
  const of = (relation: string) =>
    links.flatMap(({ to, attributes }) =>
      attributes?.['assay.link'] === relation ? [Number.parseInt(to.spanId, 16)] : [],
    )
  return { batches: of('batch'), producers: of('producer') }
}

describe('what an incident rests on', () => {
  it('is the batches of its event and minutes with records that are bad by one of its SLOs', () => {
    const evidence = createEvidence()
    remember(evidence, { n: 1, minute: -1, counts: { invalid: 1 } })
    remember(evidence, { n: 2, minute: 0 })
    remember(evidence, { n: 3, minute: 1, counts: { invalid: 1 } })
    remember(evidence, { n: 4, minute: 1, counts: { duplicates: 1 } })
    remember(evidence, { n: 5, minute: 2, counts: { invalid: 1 }, event: 'Other' })
    remember(evidence, { n: 6, minute: 9, counts: { incomplete: 1, invalid: 2 } })
    remember(evidence, { n: 7, minute: 10, counts: { invalid: 1 } })
    expect(asked(evidence).batches).toEqual([3, 6])
    expect(asked(evidence, { kinds: ['uniqueness', 'completeness'] }).batches).toEqual([4, 6])
  })

  it('is every batch of its minutes where none of them is bad', () => {
    const evidence = createEvidence()
    remember(evidence, { n: 1, minute: 0 })
    remember(evidence, { n: 2, minute: 3 })
    expect(asked(evidence).batches).toEqual([1, 2])
  })

  it('is what came last where nothing came', () => {
    const evidence = createEvidence()
    remember(evidence, { n: 1, minute: -20 })
    remember(evidence, { n: 2, minute: -8 })
    remember(evidence, { n: 3, minute: 12 })
    expect(asked(evidence, { kinds: ['freshness'] }).batches).toEqual([2])
  })

  it('is nothing where nothing is known', () => {
    expect(asked(createEvidence())).toEqual({ batches: [], producers: [] })
  })

  it('leads to the producers of rejected records; where none was kept, to those of the event', () => {
    const evidence = createEvidence()
    remember(evidence, { n: 1, minute: 0, counts: { invalid: 2 }, producers: [11, 12, 13, 12], rejected: [1, 3] })
    remember(evidence, { n: 2, minute: 1, counts: { invalid: 1 }, producers: [14, 14, 15] })
    expect(asked(evidence).producers).toEqual([12, 14, 15])
  })

  it('spreads over the minutes of a long incident, 128 links in all', () => {
    const evidence = createEvidence()
    for (let minute = 0; minute < 10; minute++) {
      for (let n = 0; n < 16; n++) {
        const id = minute * 100 + n + 1
        const producers = Array.from({ length: 8 }, (_, at) => 10_000 + id * 10 + at)
        remember(evidence, { n: id, minute, counts: { invalid: 1 }, producers })
      }
    }
    const { batches, producers } = asked(evidence)
    expect(batches).toHaveLength(60)
    expect(new Set(batches.map((n) => Math.floor(n / 100)))).toHaveProperty('size', 10)
    expect(producers).toHaveLength(64)
  })

  it('stays bounded: of a busy minute bad batches are kept before good ones, and old minutes go first', () => {
    const evidence = createEvidence(64)
    for (let n = 1; n <= 1_000; n++) remember(evidence, { n, minute: 0, counts: n === 900 ? { invalid: 1 } : {} })
    expect(asked(evidence).batches).toEqual([900])
    for (let minute = 1; minute <= 100; minute++) remember(evidence, { n: 5_000 + minute, minute: minute % 10 })
    for (let minute = 20; minute < 100; minute++) remember(evidence, { n: 9_000 + minute, minute })
    expect(asked(evidence, { until: T + 20 * MINUTE }).batches).toEqual([])
    expect(asked(evidence, { from: T + 90 * MINUTE, until: T + 100 * MINUTE }).batches).toHaveLength(10)
  })
})
