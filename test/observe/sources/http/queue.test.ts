import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HTTP_LIMITS } from '../../../../src/observe/sources/http/limits.ts'
import { createRequestQueue, type Outcome, type RequestQueue } from '../../../../src/observe/sources/http/queue.ts'

const limits = { ...HTTP_LIMITS, batchRecords: 10, batchBytes: 10_000, pendingRecords: 50, pendingBytes: 40_000 }

/** Adds a request of `count` records and answers where its outcomes are noted. */
function add(queue: RequestQueue, count: number, receipt = 0, bytes = 100): Outcome[] {
  const outcomes: Outcome[] = []
  queue.add({
    receipt,
    bytes,
    traceparent: null,
    answer: (outcome) => outcomes.push(outcome),
    submission: {
      count,
      expected: null,
      decode: (index) => ({ ok: false, reason: 'empty', event: null, receivedAt: null, excerpt: String(index) }),
    },
  })
  return outcomes
}

const STORED = (undecodable: number): Outcome => ({ stored: true, undecodable })
const REFUSED: Outcome = { stored: false, retryAfterSeconds: 7 }

describe('the queue of requests', () => {
  it('takes whole requests while they fit, and cuts only one that alone is too large', () => {
    const queue = createRequestQueue('1', limits)
    const small = add(queue, 6)
    const medium = add(queue, 5)
    const large = add(queue, 25)
    const sizes: number[] = []
    for (let cut = queue.cut(); cut !== null; cut = queue.cut()) {
      sizes.push(cut.records.length)
      cut.stored()
      if (sizes.length < 5) expect(large).toEqual([])
    }
    expect(sizes).toEqual([6, 5, 10, 10, 5])
    expect([small, medium, large]).toEqual([[STORED(6)], [STORED(5)], [STORED(25)]])
  })

  it('cuts by bytes as well', () => {
    const queue = createRequestQueue('1', limits)
    add(queue, 4, 0, 20_000)
    const sizes: number[] = []
    for (let cut = queue.cut(); cut !== null; cut = queue.cut()) {
      sizes.push(cut.records.length)
      cut.stored()
    }
    expect(sizes).toEqual([1, 1, 1, 1])
  })

  it('answers a request of which a part was refused once, and drops the rest of it', () => {
    const queue = createRequestQueue('1', limits)
    const large = add(queue, 25)
    const next = add(queue, 1)
    queue.cut()?.stored()
    expect(queue.cut()?.refused(7)).toBe(1)
    expect(large).toEqual([REFUSED])
    const cut = queue.cut()
    expect(cut?.records.map(({ position }) => position)).toEqual(['2/0'])
    cut?.stored()
    expect(next).toEqual([STORED(1)])
    expect(queue.held()).toEqual({ bytes: 0, records: 0 })
  })

  it('sends away requests that wait too long, but none of which a part is stored', () => {
    const queue = createRequestQueue('1', limits)
    const begun = add(queue, 25, 1)
    const old = add(queue, 1, 2)
    const young = add(queue, 1, 3)
    queue.cut()?.stored()
    expect(queue.oldest()).toBe(1)
    expect(queue.expire(3, 7)).toBe(1)
    expect([begun, old, young]).toEqual([[], [REFUSED], []])
    queue.clear(7)
    expect([begun, young]).toEqual([[REFUSED], [REFUSED]])
    expect(queue.oldest()).toBeNull()
  })

  it('is full by records or by bytes, counting what is out to be stored', () => {
    const queue = createRequestQueue('1', limits)
    add(queue, 8, 0, 30_000)
    expect(queue.isFull()).toBe(false)
    add(queue, 1, 0, 10_000)
    expect(queue.isFull()).toBe(true)
    const cut = queue.cut()
    expect(queue.isFull()).toBe(true)
    for (let more = cut; more !== null; more = queue.cut()) more.stored()
    expect(queue.isFull()).toBe(false)
    add(queue, 50)
    expect(queue.isFull()).toBe(true)
  })

  it('stores or sends away each record of each request, and answers each request once', () => {
    const requests = fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 40 }), bytes: fc.integer({ min: 1, max: 30_000 }) }),
    )
    fc.assert(
      fc.property(requests, fc.array(fc.boolean()), (given, moods) => {
        const queue = createRequestQueue('1', limits)
        const outcomes = given.map(({ count, bytes }) => add(queue, count, 0, bytes))
        const stored = new Map<string, number>()
        let turn = 0
        for (let cut = queue.cut(); cut !== null; cut = queue.cut()) {
          expect(cut.records.length).toBeGreaterThan(0)
          expect(cut.records.length).toBeLessThanOrEqual(limits.batchRecords)
          if (moods[turn++] === false) cut.refused(7)
          else {
            for (const { position } of cut.records) {
              const request = String(position).split('/')[0] ?? ''
              stored.set(request, (stored.get(request) ?? 0) + 1)
            }
            cut.stored()
          }
        }
        outcomes.forEach((seen, index) => {
          expect(seen).toHaveLength(1)
          if (seen[0]?.stored) expect(stored.get(String(index + 1))).toBe(given[index]?.count)
        })
        expect(queue.held()).toEqual({ bytes: 0, records: 0 })
      }),
    )
  })
})
