import { describe, expect, it } from 'vitest'
import { type Instant, iso, MINUTE, SECOND } from '../../../../src/model/time.ts'
import { emptyCounts, type WindowCounts } from '../../../../src/model/window.ts'
import { check } from '../../../../src/observe/check/check.ts'
import { createDecoder } from '../../../../src/observe/decode/decode.ts'
import { demoArchive } from '../../../../src/observe/sources/demo/archive.ts'
import { cleanCounts } from '../../../../src/observe/sources/demo/counts.ts'
import { SHOP } from '../../../../src/observe/sources/demo/shop.ts'
import { CYCLE_MINUTES, demoFaults, FAULTS } from '../../../../src/observe/sources/demo/story.ts'
import { demoMinute, type Message } from '../../../../src/observe/sources/demo/traffic.ts'
import { shippedRules } from './shipped.ts'

const ANCHOR: Instant = Date.UTC(2026, 2, 2, 21, 37)
const SEED = 7
const decode = createDecoder({ type: 'segment' })
const { plan } = shippedRules()

function judged(message: Message) {
  const decoded = decode(message, null)
  if (!decoded.ok) throw new Error(decoded.reason)
  return { decoded, ...check(plan, decoded) }
}

function span(from: number, until: number, faults = true): Message[] {
  const messages: Message[] = []
  for (let minute = from; minute < until; minute++) messages.push(...demoMinute(SEED, ANCHOR, minute, { faults }))
  return messages
}

describe('the shop’s traffic', () => {
  it('is the same for the same numbers, and other for others', () => {
    expect(demoMinute(1, ANCHOR, 100)).toEqual(demoMinute(1, ANCHOR, 100))
    expect(demoMinute(2, ANCHOR, 100)).not.toEqual(demoMinute(1, ANCHOR, 100))
  })

  it('arrives in its minute, in order', () => {
    for (let minute = 0; minute < 2 * CYCLE_MINUTES; minute += 7) {
      const times = demoMinute(SEED, ANCHOR, minute).map(({ receivedAt }) => Date.parse(receivedAt) - ANCHOR)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(times.every((at) => at >= minute * MINUTE && at < (minute + 1) * MINUTE)).toBe(true)
    }
  })

  it('is quieter at night, but no event ever pauses', () => {
    const perMinute = (at: string) => demoMinute(SEED, Date.parse(at), 0, { faults: false }).length
    expect(perMinute('2026-03-02T16:00Z')).toBeGreaterThan(320)
    expect(perMinute('2026-03-02T16:00Z')).toBeLessThan(360)
    expect(perMinute('2026-03-02T04:00Z')).toBeLessThan(150)
    const names = new Set(demoMinute(SEED, Date.parse('2026-03-02T04:00Z'), 0).map(({ event }) => event))
    expect(names.size).toBe(SHOP.length)
  })

  it('has ids of its own for all that isn’t sent twice', () => {
    const messages = span(0, 60)
    const byId = Map.groupBy(messages, ({ messageId }) => messageId)
    const repeated = [...byId.values()].filter(({ length }) => length > 1)
    expect(repeated.length).toBeLessThan(20)
    for (const again of repeated) expect(new Set(again.map(({ event }) => event)).size).toBe(1)
    expect(
      [...byId.keys()].every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true)
  })

  it('follows the shipped contracts but for the odd mistake', () => {
    const messages = span(0, 150, false)
    const all = messages.map(judged)
    expect(all.filter(({ outcome }) => outcome === 'unplanned')).toEqual([])
    expect(all.flatMap(({ unplannedProperties }) => unplannedProperties)).toEqual([])
    expect(all.flatMap(({ unfilled }) => unfilled)).toEqual([])
    const invalid = all.filter(({ outcome }) => outcome === 'invalid').length
    expect(invalid).toBeGreaterThan(0)
    expect(invalid / all.length).toBeLessThan(0.001)
    expect(
      all.every(({ decoded }) => decoded.dimensions.platform !== null && decoded.dimensions.appVersion !== null),
    ).toBe(true)
  })

  it('comes to the counts that are told without making it', () => {
    for (let minute = 0; minute < 600; minute += 3) {
      const start = ANCHOR + minute * MINUTE
      const counted = new Map<string, WindowCounts>()
      const ids = new Set<string>()
      for (const message of demoMinute(SEED, ANCHOR, minute, { faults: false })) {
        const { decoded, outcome } = judged(message)
        const arrival = decoded.receivedAt ?? 0
        const counts = counted.get(message.event) ?? emptyCounts()
        counted.set(message.event, counts)
        counts.received += 1
        counts.identified += 1
        counts.timed += 1
        if (outcome === 'invalid') counts.invalid += 1
        if (ids.has(message.messageId)) counts.duplicates += 1
        if (arrival - (decoded.eventTime ?? arrival) > 5 * MINUTE) counts.late += 1
        counts.lastArrival = Math.max(counts.lastArrival, arrival)
        ids.add(message.messageId)
      }
      expect(cleanCounts(SEED, start, 5 * MINUTE)).toEqual(
        new Map(SHOP.map(({ event }) => [event, counted.get(event)])),
      )
    }
  })

  it('is written as an archive, a line a message', () => {
    const text = [...demoArchive(SEED, ANCHOR, 3)].join('')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(span(0, 3))
  })
})

describe('a fault', () => {
  const signs: Readonly<Record<string, (message: Message, all: readonly Message[]) => boolean>> = {
    wrong_type: ({ properties }) => typeof properties['revenue'] === 'string',
    unfilled: ({ properties }) => properties['cart_id'] === '',
    repeated: ({ messageId }, all) => all.filter((other) => other.messageId === messageId).length > 2,
    missing: ({ properties }) => !('campaign_id' in properties),
  }

  it('shows from its first minute to its last, in both tellings, and in no other', () => {
    const shown = new Map<string, number[]>(FAULTS.map(({ kind }) => [kind, []]))
    for (let minute = 0; minute < 2 * CYCLE_MINUTES; minute++) {
      const byEvent = Map.groupBy(demoMinute(SEED, ANCHOR, minute), ({ event }) => event)
      for (const { kind, event } of FAULTS) {
        const messages = byEvent.get(event) ?? []
        const isShown = kind === 'silent' ? messages.length === 0 : messages.some((one) => signs[kind]?.(one, messages))
        if (isShown) shown.get(kind)?.push(minute)
      }
    }
    for (const { kind, from, until } of FAULTS) {
      const minutes = shown.get(kind) ?? []
      const isDue = (minute: number) =>
        [0, CYCLE_MINUTES].some((start) => minute >= start + from && minute < start + until)
      expect(minutes.filter((minute) => !isDue(minute))).toEqual([])
      expect(minutes).toContain(from)
      expect(minutes).toContain(until - 1)
      expect(minutes).toContain(CYCLE_MINUTES + from)
      expect(minutes.length).toBeGreaterThan(0.8 * (Math.min(until, CYCLE_MINUTES) - from))
    }
  })

  it('has no mistake of another kind near it that would blur its beginning or its end', () => {
    for (const { event, from, until } of FAULTS) {
      const near = [...span(from - 25, from), ...span(until, until + 60)].filter((message) => message.event === event)
      expect(near.filter((message) => judged(message).outcome !== 'valid')).toEqual([])
      expect(new Set(near.map(({ messageId }) => messageId)).size).toBe(near.length)
    }
  })

  it('is told with its instants', () => {
    const [release] = demoFaults(ANCHOR, 2)
    expect(release).toMatchObject({ event: 'Order Completed', value: 'android+4.3.0' })
    expect(iso(release?.startsAt ?? 0)).toBe('2026-03-02T22:37:00.000Z')
    expect(demoFaults(ANCHOR, 2)).toHaveLength(2 * FAULTS.length)
    expect((demoFaults(ANCHOR, 2)[FAULTS.length]?.startsAt ?? 0) - (release?.startsAt ?? 0)).toBe(6 * 60 * 60 * SECOND)
  })
})
