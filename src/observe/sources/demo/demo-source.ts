import { setTimeout as pause } from 'node:timers/promises'
import type { ArrivedRecord } from '../../../model/record.ts'
import { type Duration, floorTo, type Instant, MINUTE, SECOND } from '../../../model/time.ts'
import { createDecoder } from '../../decode/decode.ts'
import type { Source, SourceBatch, SourceState } from '../source.ts'
import { historyMinutes } from './history.ts'
import { readDemoPosition } from './position.ts'
import { CYCLE_MINUTES } from './story.ts'
import { demoMinute, type Message, type TrafficOptions } from './traffic.ts'

export interface DemoSourceDeps extends Pick<TrafficOptions, 'faults'> {
  readonly id: string
  readonly seed: number
  readonly now: () => Instant
  /** When the story begins, if it hasn't yet; default: six hours before now. */
  readonly storyStart?: Instant
  /** How often, once it has caught up, what has arrived is handed over. */
  readonly every?: Duration
  /** Days of history with which a shop that hasn't opened yet begins; default: none, the story alone. */
  readonly days?: number
}

/** The one partition: the story is told in one piece. */
const STORY_PARTITION = 'story'
const decode = createDecoder({ type: 'segment' })
/** While it catches up, a batch ends with the minute that reaches this many records. */
const ENOUGH = 1_500

/**
 * The demo shop. Its story begins six hours in the past, is told as fast as it is taken until it reaches now, and then in
 * real time. What arrives in a minute depends on the seed and the minute alone, so that a restart goes on where it was.
 * After a stop longer than the story the shop was closed: what was missed stays unobserved.
 */
export function createDemoSource(deps: DemoSourceDeps): Source {
  const { now, every = SECOND, days } = deps
  const history = days === undefined ? 0 : historyMinutes(days, CYCLE_MINUTES)
  const traffic: TrafficOptions = { ...(deps.faults === undefined ? {} : { faults: deps.faults }), history }
  let state: SourceState = { state: 'starting', detail: '' }

  async function* read(positions: ReadonlyMap<string, string>, signal: AbortSignal): AsyncGenerator<SourceBatch> {
    let from = positions.get(STORY_PARTITION) ?? null
    const stored = readDemoPosition(from)
    const anchor = stored?.anchor ?? floorTo(deps.storyStart ?? now() - (history + CYCLE_MINUTES) * MINUTE, MINUTE)
    let minute = stored?.minute ?? 0
    /** Messages of that minute that were handed over. */
    let told = stored?.told ?? 0
    let listeningSince = stored === null ? anchor : null
    /** It may not have been read for long. */
    let resumes = stored !== null
    const messagesOf = rememberLast((index) => demoMinute(deps.seed, anchor, index, traffic))
    state = { state: 'running', detail: '' }

    while (!signal.aborted) {
      const instant = now()
      const present = Math.floor((instant - anchor) / MINUTE)
      const missed = present - CYCLE_MINUTES - minute
      if (resumes && missed > 1) {
        minute += missed
        told = 0
        listeningSince = anchor + minute * MINUTE
        state = { state: 'running', detail: `The shop was closed for ${inWords(missed)} while Assay was stopped.` }
      }
      const records: ArrivedRecord[] = []
      for (; minute < present && records.length < ENOUGH; minute++, told = 0) {
        for (const message of messagesOf(minute).slice(told)) records.push(recordOf(message, minute, told++))
      }
      if (minute === present) {
        const messages = messagesOf(minute)
        for (let next = messages[told]; next !== undefined; next = messages[told]) {
          const record = recordOf(next, minute, told)
          if ((record.arrivedAt ?? instant) > instant) break
          records.push(record)
          told += 1
        }
      }
      resumes = minute >= present
      const observedUntil = minute === present ? instant : anchor + minute * MINUTE
      const to = JSON.stringify({ anchor, minute, told, until: observedUntil })
      // A clock that was set back has nothing to tell.
      if (to !== from && minute <= present) {
        let refused = false
        do {
          refused = false
          yield {
            records,
            steps: [{ partition: STORY_PARTITION, from, to, observedUntil, listeningSince, complete: false }],
            afterJudging: null,
            acknowledge: () => {},
            refuse: () => {
              refused = true
            },
          }
        } while (refused && !signal.aborted)
        from = to
        listeningSince = null
      }
      if (resumes) await pause(every, undefined, { signal }).catch(() => undefined)
    }
  }

  return { id: deps.id, type: 'demo', read, state: () => state }
}

function recordOf(message: Message, minute: number, index: number): ArrivedRecord {
  const decoded = decode(message, null)
  const position = `minute ${minute}, message ${index + 1}`
  return { partition: STORY_PARTITION, position, arrivedAt: decoded.receivedAt, decoded }
}

/** The present minute is asked for every second. */
function rememberLast(make: (index: number) => readonly Message[]): (index: number) => readonly Message[] {
  let last: { readonly index: number; readonly messages: readonly Message[] } | null = null
  return (index) => {
    if (last?.index !== index) last = { index, messages: make(index) }
    return last.messages
  }
}

function inWords(minutes: number): string {
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}
