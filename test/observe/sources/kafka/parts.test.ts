import fc from 'fast-check'
import type { KafkaMessage } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { MINUTE, SECOND } from '../../../../src/model/time.ts'
import { arrivalOf, movesWatermark } from '../../../../src/observe/sources/kafka/arrival.ts'
import { createBacklog, type Fetched } from '../../../../src/observe/sources/kafka/backlog.ts'
import { partitionKey, placeOf, topicOfKey } from '../../../../src/observe/sources/kafka/partition.ts'
import { withoutRepeats } from '../../../../src/observe/sources/kafka/repeated.ts'
import { createSkew } from '../../../../src/observe/sources/kafka/skew.ts'
import { createStanding } from '../../../../src/observe/sources/kafka/standing.ts'

const NOW = Date.UTC(2026, 2, 2, 8)

describe('where reading goes on', () => {
  const cases: Record<string, { given: Parameters<typeof placeOf>; then: ReturnType<typeof placeOf> }> = {
    'never read, from the beginning': {
      given: [null, { low: 3, high: 9 }, 'earliest'],
      then: { offset: 3, gap: null, lost: 0 },
    },
    'never read, from the end': {
      given: [null, { low: 3, high: 9 }, 'latest'],
      then: { offset: 9, gap: null, lost: 0 },
    },
    'where it was': { given: [5, { low: 3, high: 9 }, 'latest'], then: { offset: 5, gap: null, lost: 0 } },
    'at the end': { given: [9, { low: 3, high: 9 }, 'earliest'], then: { offset: 9, gap: null, lost: 0 } },
    'deleted by retention': {
      given: [1, { low: 3, high: 9 }, 'latest'],
      then: { offset: 3, gap: 'expired', lost: 2 },
    },
    'beyond the end of a topic created anew': {
      given: [10, { low: 0, high: 9 }, 'latest'],
      then: { offset: 0, gap: 'recreated', lost: 0 },
    },
  }
  it.each(Object.entries(cases))('%s', (_name, { given, then }) => {
    expect(placeOf(...given)).toEqual(then)
  })

  it('keeps topics with dashes apart from their partitions', () => {
    expect(topicOfKey(partitionKey('a-b-1', 12))).toBe('a-b-1')
  })
})

describe('arrival', () => {
  it('is a producer’s stamp up to 5 min ahead, and the broker’s whatever it is', () => {
    expect(arrivalOf(NOW + 5 * MINUTE, 'create', NOW)).toEqual({ arrivedAt: NOW + 5 * MINUTE, isAhead: false })
    expect(arrivalOf(NOW + 5 * MINUTE + 1, 'create', NOW)).toEqual({ arrivedAt: NOW + 5 * MINUTE, isAhead: true })
    expect(arrivalOf(NOW + 9 * MINUTE, 'append', NOW)).toEqual({ arrivedAt: NOW + 9 * MINUTE, isAhead: false })
    expect(arrivalOf(-1, 'create', NOW)).toEqual({ arrivedAt: -1, isAhead: false })
  })

  it('moves no watermark from the future or from before 2010', () => {
    expect([NOW, NOW + 1, -1, Date.UTC(2009, 0)].map((stamp) => movesWatermark(stamp, NOW))).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('a partition’s standing', () => {
  const standingFrom = (stored: string | null, offset: number, stamp: 'create' | 'append') =>
    createStanding({ key: 't-0', topic: 't', stored, offset, stamp, since: stored === null ? 0 : null })

  it('is observed until the end was asked for, once the end has been reached', () => {
    const standing = standingFrom('5', 5, 'append')
    standing.setEnd(8, NOW)
    expect(standing.lag()).toBe(3)
    expect(standing.hasNews()).toBe(false)
    expect(standing.stepTo(7, NOW - MINUTE, 'append').observedUntil).toBe(NOW - MINUTE)
    const step = standing.stepTo(8, NOW - MINUTE, 'append')
    expect(step).toMatchObject({ from: '5', to: '8', observedUntil: NOW, listeningSince: null })
    standing.took(step, 8)
    expect(standing.lag()).toBe(0)
    standing.setEnd(8, NOW + SECOND)
    expect(standing.hasNews()).toBe(true)
    expect(standing.stepTo(8, null, null)).toMatchObject({ from: '8', to: '8', observedUntil: NOW + SECOND })
  })

  it('leaves a minute for what comes late with producers’ stamps', () => {
    const standing = standingFrom('5', 5, 'create')
    standing.setEnd(5, NOW)
    expect(standing.stepTo(5, null, null).observedUntil).toBe(NOW - MINUTE)
    expect(standing.stepTo(6, NOW - 30 * SECOND, 'create').observedUntil).toBe(NOW - MINUTE)
  })

  it('opens a span after a gap at the first record that is there, however long a batch is', () => {
    const afterGap = (stamp: 'create' | 'append') =>
      createStanding({ key: 't-0', topic: 't', stored: '2', offset: 5, stamp, since: 'first' })
    const step = afterGap('append').stepTo(8_005, NOW, 'append', NOW - 180 * MINUTE)
    expect(step).toMatchObject({ from: '2', to: '8005', observedUntil: NOW, listeningSince: NOW - 180 * MINUTE })
    // What was lost may be stamped a minute later than what came after it.
    expect(afterGap('create').stepTo(8_005, NOW, 'create', NOW - 180 * MINUTE).listeningSince).toBe(NOW - 179 * MINUTE)
    const empty = afterGap('append')
    empty.setEnd(5, NOW)
    expect(empty.stepTo(5, null, null, null).listeningSince).toBe(NOW)
  })

  it('opens a span where a partition begins, once', () => {
    const standing = standingFrom(null, 0, 'create')
    expect(standing.hasNews()).toBe(true)
    const step = standing.stepTo(0, null, null)
    expect(step).toMatchObject({ from: null, to: '0', observedUntil: null, listeningSince: 0 })
    standing.took(step, 0)
    expect(standing.stepTo(1, NOW, 'create')).toMatchObject({ from: '0', to: '1', listeningSince: null })
  })
})

describe('the backlog', () => {
  it('hands over what was added, in order and without holes, however it is taken', () => {
    const parts = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 })
    fc.assert(
      fc.property(parts, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (sizes, takes) => {
        const backlog = createBacklog()
        let offset = 0
        for (const size of sizes) {
          const from = offset
          const messages = Array.from({ length: size }, () => ({ offset: String(offset++), value: null }))
          // A control record stands behind each part.
          offset += 1
          backlog.add({ key: 't-0', messages: messages as unknown as KafkaMessage[], from, to: offset, fetchedAt: NOW })
        }
        const taken: Fetched[] = []
        for (let round = 0; !backlog.isEmpty(); round++) taken.push(...backlog.take(takes[round % takes.length] ?? 1))
        let at = 0
        for (const { from, to, messages } of taken) {
          expect(from).toBe(at)
          for (const message of messages) expect(Number(message.offset)).toBeLessThan(to)
          at = to
        }
        expect(at).toBe(offset)
        expect(taken.flatMap(({ messages }) => messages).length).toBe(sizes.reduce((sum, size) => sum + size, 0))
      }),
    )
  })
})

describe('the log', () => {
  it('says the same once a minute', () => {
    const lines: string[] = []
    let now = NOW
    const say = (_fields: object, message: string): void => void lines.push(message)
    const log = withoutRepeats({ info: say, warn: say }, () => now)
    for (let second = 0; second < 150; second++, now += SECOND) {
      log.warn({}, 'the broker is down')
      if (second === 5) log.info({}, 'something else')
    }
    expect(lines).toEqual(['the broker is down', 'something else', 'the broker is down', 'the broker is down'])
  })
})

describe('the backlog’s bound', () => {
  const MEGABYTE = 1024 * 1024
  const cases: Record<string, Partial<KafkaMessage>[]> = {
    'tombstones, 100,000 of them': Array.from({ length: 100_000 }, () => ({ value: null })),
    'large values': [{ value: Buffer.alloc(9 * MEGABYTE) }],
    'large keys': [{ key: Buffer.alloc(9 * MEGABYTE), value: null }],
    'large headers': [
      { value: null, headers: { a: Buffer.alloc(5 * MEGABYTE), b: ['x', Buffer.alloc(5 * MEGABYTE)] } },
    ],
  }
  it.each(Object.entries(cases))('is reached by %s, until they are taken', (_name, messages) => {
    const backlog = createBacklog()
    expect(backlog.hasRoom()).toBe(true)
    backlog.add({ key: 't-0', messages: messages as KafkaMessage[], from: 0, to: messages.length, fetchedAt: NOW })
    expect(backlog.hasRoom()).toBe(false)
    backlog.take(messages.length)
    expect(backlog.hasRoom()).toBe(true)
  })
})

describe('skew', () => {
  it('is the fullest partition over the mean of the last five minutes', () => {
    const skew = createSkew()
    skew.add(
      NOW,
      new Map([
        ['t-0', 1_000],
        ['t-1', 0],
        ['quiet-0', 5],
      ]),
    )
    expect(skew.ratios()).toEqual(new Map())
    skew.add(
      NOW + MINUTE,
      new Map([
        ['t-0', 1_030],
        ['t-1', 10],
        ['quiet-0', 5],
      ]),
    )
    expect(skew.ratios()).toEqual(new Map([['t', 1.5]]))
    skew.add(
      NOW + 7 * MINUTE,
      new Map([
        ['t-0', 1_040],
        ['t-1', 20],
        ['quiet-0', 5],
      ]),
    )
    expect(skew.ratios()).toEqual(new Map())
  })
})
