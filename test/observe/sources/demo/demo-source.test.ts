import { describe, expect, it } from 'vitest'
import { HOUR, type Instant, MINUTE, SECOND } from '../../../../src/model/time.ts'
import { createDemoSource, type DemoSourceDeps } from '../../../../src/observe/sources/demo/demo-source.ts'
import { demoMinute } from '../../../../src/observe/sources/demo/traffic.ts'
import type { PositionStep } from '../../../../src/observe/sources/source.ts'
import { until } from '../../../support/until.ts'

const NOW: Instant = Date.UTC(2026, 2, 2, 12, 0, 30)

/** A demo shop on a clock that is set by hand, its positions and what it told. */
function open(positions: Map<string, string>, more: Partial<DemoSourceDeps> = {}) {
  let now = NOW
  const told: string[] = []
  const steps: PositionStep[] = []
  const stop = new AbortController()
  const source = createDemoSource({ id: 'shop', seed: 3, now: () => now, every: 2, ...more })
  /** Reads until this many batches, or until it is stopped. */
  const read = async (batches = Number.POSITIVE_INFINITY) => {
    let count = 0
    for await (const batch of source.read(new Map(positions), stop.signal)) {
      for (const step of batch.steps) {
        expect(step.from).toBe(positions.get(step.partition) ?? null)
        positions.set(step.partition, step.to)
        steps.push(step)
      }
      for (const { decoded, arrivedAt } of batch.records) {
        expect(arrivedAt).toBe(decoded.receivedAt)
        told.push(decoded.ok ? (decoded.id ?? '') : decoded.reason)
      }
      count += 1
      if (count >= batches) return
    }
  }
  return {
    source,
    told,
    steps,
    read,
    stop: () => stop.abort(),
    observed: () => steps.at(-1)?.observedUntil ?? 0,
    clock: (instant: Instant) => {
      now = instant
    },
  }
}

function expected(anchor: Instant, from: Instant, to: Instant): string[] {
  const ids: string[] = []
  for (let minute = (from - anchor) / MINUTE; anchor + minute * MINUTE <= to; minute++) {
    const messages = demoMinute(3, anchor, minute).filter(({ receivedAt }) => Date.parse(receivedAt) <= to)
    ids.push(...messages.map(({ messageId }) => messageId))
  }
  return ids
}

describe('the demo shop', () => {
  it('starts six hours ago, catches up, and goes on in real time', async () => {
    const shop = open(new Map())
    const reading = shop.read()
    await until('it has caught up', () => shop.observed() === NOW)
    const anchor = Date.UTC(2026, 2, 2, 6)
    expect(shop.steps[0]?.listeningSince).toBe(anchor)
    expect(shop.steps.slice(1).every(({ listeningSince }) => listeningSince === null)).toBe(true)
    const caughtUp = shop.told.length
    shop.clock(NOW + 95 * SECOND)
    await until('it has gone on', () => shop.observed() === NOW + 95 * SECOND)
    expect(shop.told).toEqual(expected(anchor, anchor, NOW + 95 * SECOND))
    const ofLate = expected(anchor, NOW - 30 * SECOND, NOW + 95 * SECOND).length
    expect(shop.told.length - caughtUp).toBe(ofLate - expected(anchor, NOW - 30 * SECOND, NOW).length)
    shop.stop()
    await reading
  })

  it('tells each message once, in order, however often it is stopped', async () => {
    const positions = new Map<string, string>()
    const anchor = NOW - 90 * MINUTE - 30 * SECOND
    const told: string[] = []
    for (let start = 0; start < 16; start++) {
      const shop = open(positions, { storyStart: anchor })
      shop.clock(NOW + start * 7 * SECOND)
      await shop.read(1)
      told.push(...shop.told)
    }
    const shop = open(positions)
    shop.clock(NOW + HOUR)
    const reading = shop.read()
    await until('it has caught up', () => shop.observed() === NOW + HOUR)
    shop.stop()
    await reading
    expect([...told, ...shop.told]).toEqual(expected(anchor, anchor, NOW + HOUR))
  })

  it('tells a batch again that could not be stored', async () => {
    const shop = createDemoSource({ id: 'shop', seed: 3, now: () => NOW })
    const seen: unknown[] = []
    for await (const { records, steps, refuse } of shop.read(new Map(), new AbortController().signal)) {
      seen.push({ records, steps })
      if (seen.length === 3) break
      if (seen.length === 1) refuse(1)
    }
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).not.toEqual(seen[0])
  })

  it('was closed while nobody looked for longer than its story', async () => {
    const positions = new Map<string, string>()
    const anchor = Date.UTC(2026, 2, 2, 11, 50)
    const before = open(positions, { storyStart: anchor })
    const reading = before.read()
    await until('it has caught up', () => before.observed() === NOW)
    before.stop()
    await reading
    const after = open(positions)
    const later = NOW + 20 * HOUR
    after.clock(later)
    const again = after.read()
    await until('it has caught up', () => after.observed() === later)
    after.stop()
    await again
    const reopened = Date.UTC(2026, 2, 3, 2)
    expect(after.steps[0]?.listeningSince).toBe(reopened)
    expect(after.told).toEqual(expected(anchor, reopened, later))
    expect(after.source.state().detail).toBe('The shop was closed for 14 hours while Assay was stopped.')
  })

  it('waits for a clock that was set back', async () => {
    const shop = open(new Map(), { storyStart: NOW - 10 * MINUTE })
    const reading = shop.read()
    await until('it has caught up', () => shop.observed() === NOW)
    const before = shop.told.length
    shop.clock(NOW - HOUR)
    shop.clock(NOW + SECOND)
    await until('it has gone on', () => shop.observed() === NOW + SECOND)
    expect(shop.told.length - before).toBeLessThan(20)
    shop.stop()
    await reading
  })
})
