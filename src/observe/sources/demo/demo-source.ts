import { setTimeout as pause } from 'node:timers/promises'
import type { ArrivedRecord } from '../../../model/record.ts'
import { floorTo, type Instant, MINUTE, SECOND } from '../../../model/time.ts'
import { createDecoder } from '../../decode/decode.ts'
import type { Source, SourceBatch, SourceState } from '../source.ts'
import { type ShopMessage, shopMinute } from './shop.ts'
import { CYCLE } from './story.ts'

export interface DemoSourceDeps {
  readonly id: string
  readonly seed: number
  readonly now: () => Instant
}

/** How far the story has been told. */
interface Position {
  /** Where its first cycle began. */
  readonly anchor: Instant
  /** The minute under way, and how many of its records have gone out. */
  readonly minute: Instant
  readonly sent: number
}

const PARTITION = 'shop'
/** Minutes told at once while the past is caught up with. */
const MINUTES_A_BATCH = 10

const decode = createDecoder({ type: 'segment' })

/**
 * The demo shop: a story that starts six hours in the past, is told fast until it reaches now, then as it happens. What is
 * sent in a minute depends on the seed and the minute alone, so that a restart goes on where it was; after a stop of more
 * than a cycle, it goes on six hours before now, and what was left out is unobserved.
 */
export function createDemoSource({ id, seed, now }: DemoSourceDeps): Source {
  let state: SourceState = { state: 'starting', detail: '' }

  async function* read(positions: ReadonlyMap<string, string>, signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const stored = positions.get(PARTITION) ?? null
    const start = floorTo(now(), MINUTE) - CYCLE
    const before: Position | null = stored === null ? null : (JSON.parse(stored) as Position)
    let position = before ?? { anchor: start, minute: start, sent: 0 }
    let listeningSince: Instant | null = before === null ? start : null
    if (position.minute < start) {
      position = { ...position, minute: start, sent: 0 }
      listeningSince = start
    }
    let from = stored
    while (!signal.aborted) {
      const next = position.minute + MINUTE <= now() ? past(position) : present(position)
      if (next === null) {
        await pause(SECOND - (now() % SECOND), undefined, { signal }).catch(() => undefined)
        continue
      }
      const to = JSON.stringify(next.position)
      let refused = false
      yield {
        records: next.records,
        steps: [{ partition: PARTITION, from, to, observedUntil: next.observedUntil, listeningSince, complete: false }],
        afterJudging: null,
        acknowledge: () => undefined,
        refuse: () => {
          refused = true
        },
      }
      if (refused) continue
      from = to
      position = next.position
      listeningSince = null
    }
  }

  /** Whole minutes that are over. */
  function past({ anchor, minute, sent }: Position) {
    const until = Math.min(minute + MINUTES_A_BATCH * MINUTE, floorTo(now(), MINUTE))
    const records: ArrivedRecord[] = []
    for (let at = minute; at < until; at += MINUTE) {
      const messages = shopMinute(at, { seed, anchor, faults: true })
      records.push(...messages.slice(at === minute ? sent : 0).map((message, place) => recordOf(message, at, place)))
    }
    state = { state: 'running', detail: until + MINUTE > now() ? '' : `catching up: it is ${new Date(until).toISOString().slice(11, 16)} UTC in the shop` }
    return { records, position: { anchor, minute: until, sent: 0 }, observedUntil: until }
  }

  /** What has arrived by now of the minute under way; null: nothing new to say before the next second. */
  function present({ anchor, minute, sent }: Position) {
    const at = floorTo(now(), SECOND)
    if (at <= minute) return null
    const messages = shopMinute(minute, { seed, anchor, faults: true })
    const arrived = messages.filter(({ receivedAt }) => Date.parse(receivedAt) < at)
    if (arrived.length <= sent) return null
    state = { state: 'running', detail: '' }
    const records = arrived.slice(sent).map((message, place) => recordOf(message, minute, sent + place))
    return { records, position: { anchor, minute, sent: arrived.length }, observedUntil: at }
  }

  return { id, type: 'demo', read, state: () => state }
}

function recordOf(message: ShopMessage, minute: Instant, place: number): ArrivedRecord {
  const decoded = decode(message, null)
  const position = `minute ${new Date(minute).toISOString().slice(0, 16)}Z, message ${place + 1}`
  return { partition: PARTITION, position, arrivedAt: decoded.receivedAt, decoded }
}
