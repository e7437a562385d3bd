import { setImmediate } from 'node:timers/promises'
import type { Router } from 'express'
import { type Instant, SECOND } from '../../../model/time.ts'
import type { FormatConfig } from '../../decode/config.ts'
import type { PositionStep, Source, SourceBatch, SourceState } from '../source.ts'
import { HTTP_LIMITS, type HttpLimits } from './limits.ts'
import { createListening, type Listening } from './listening.ts'
import { createRequestQueue } from './queue.ts'
import { collectorRouter, type Intake } from './router.ts'

export interface HttpSourceDeps {
  readonly id: string
  /** How JSON on `/events` that is no CloudEvent is read; null: by where events usually carry things. */
  readonly format?: FormatConfig | null
  /** Keys of which one must be sent; null: whatever is sent will do, as does nothing. */
  readonly writeKeys: readonly string[] | null
  readonly now: () => Instant
  /** The instance's writer slot: the partition of its records. */
  readonly instance: string
  readonly limits?: Partial<HttpLimits>
}

export type HttpSource = Source & { readonly router: Router }

/** An empty batch moves `observed_until` after this long without requests. */
const IDLE_MS = SECOND
const RETRY_SECONDS = 5

/**
 * The HTTP collectors as a source. Requests wait in a queue from their last byte until their records are stored; each
 * batch takes all that waits (group commit), and its acknowledgement answers the requests.
 */
export function createHttpSource(deps: HttpSourceDeps): HttpSource {
  const { now, instance } = deps
  const limits: HttpLimits = { ...HTTP_LIMITS, ...deps.limits }
  const queue = createRequestQueue(instance, limits)
  /** Kept from one `read` to the next: while reading begins anew after a failure, the port is open all the same. */
  let listening: Listening | null = null
  /** The `read` under way; null: none. */
  let reading: symbol | null = null
  /** Since when a batch has been out. */
  let outSince: Instant | null = null
  /** Why the last batch wasn't stored; empty: it was. */
  let refusal = ''
  let wake = () => {}

  const busy: Intake['busy'] = (readingBytes) => {
    const reason = busyReason(readingBytes)
    if (reason === null) return null
    if (reason !== 'full') listening?.turnedAway(now())
    return { detail: BUSY_DETAIL[reason], retryAfterSeconds: reason === 'full' ? 1 : RETRY_SECONDS }
  }

  const busyReason = (readingBytes: number): BusyReason | null => {
    if (reading === null) return 'not_reading'
    if (outSince !== null && now() - outSince > limits.stalledAfter) return 'stalled'
    return queue.isFull() || queue.held().bytes + readingBytes >= limits.pendingBytes ? 'full' : null
  }

  const intake: Intake = {
    busy,
    add: (request) => {
      queue.add(request)
      wake()
    },
  }

  /** Resolves once a request waits, the idle time is over or the signal aborts. */
  const arrival = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        wake = () => {}
        resolve()
      }
      const timer = setTimeout(done, IDLE_MS)
      signal.addEventListener('abort', done)
      wake = done
      if (!queue.isEmpty() || signal.aborted) done()
    })

  const noteTurnedAway = (count: number) => {
    if (count > 0) listening?.turnedAway(now())
  }

  /** Takes what waits; the batch answers its requests. */
  const take = (account: Listening, from: string | null, to: string): Taken => {
    const cut = queue.cut()
    const observed = account.observed(now(), queue.oldest())
    const step: PositionStep = { partition: instance, from, to, ...observed, complete: false }
    let outcome: BatchOutcome = 'out'
    const batch: SourceBatch = {
      records: cut?.records ?? [],
      steps: [step],
      afterJudging: null,
      acknowledge: () => {
        if (outcome !== 'out') return
        outcome = 'stored'
        refusal = ''
        account.stored(observed)
        cut?.stored()
      },
      refuse: (retryAfterSeconds) => {
        if (outcome !== 'out') return
        outcome = 'refused'
        refusal = 'The store takes nothing at the moment; senders are told to try again.'
        noteTurnedAway(cut?.refused(retryAfterSeconds) ?? 0)
      },
    }
    return { batch, outcome: () => outcome }
  }

  async function* read(positions: ReadonlyMap<string, string>, signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const run = now()
    const account = listening ?? createListening(run)
    listening = account
    account.tick(run)
    const reader = Symbol('read')
    reading = reader
    const beat = setInterval(() => {
      account.tick(now())
      noteTurnedAway(queue.expire(now() - limits.answerWithin, RETRY_SECONDS))
    }, SECOND)
    try {
      let position = positions.get(instance) ?? null
      for (let n = 1; ; n++) {
        await arrival(signal)
        // Sockets that became ready during the last commit are read first, so that their requests share the next one.
        await setImmediate()
        if (signal.aborted) return
        const to = JSON.stringify({ run, n })
        const { batch, outcome } = take(account, position, to)
        outSince = now()
        try {
          yield batch
        } finally {
          outSince = null
          batch.refuse(RETRY_SECONDS) // whoever asks for the next one without a word about this one has not stored it
        }
        if (outcome() === 'stored') position = to
      }
    } finally {
      clearInterval(beat)
      if (reading === reader) {
        reading = null
        queue.clear(RETRY_SECONDS)
      }
    }
  }

  const state = (): SourceState => {
    if (outSince !== null && now() - outSince > limits.stalledAfter)
      return { state: 'failing', detail: BUSY_DETAIL.stalled }
    if (refusal !== '') return { state: 'failing', detail: refusal }
    return reading === null ? { state: 'starting', detail: 'Not reading yet.' } : { state: 'running', detail: '' }
  }

  const router = collectorRouter({ intake, format: deps.format ?? null, writeKeys: deps.writeKeys, limits, now })
  return { id: deps.id, type: 'http', read, state, router }
}

type BatchOutcome = 'out' | 'stored' | 'refused'

interface Taken {
  readonly batch: SourceBatch
  readonly outcome: () => BatchOutcome
}

type BusyReason = 'not_reading' | 'stalled' | 'full'

const BUSY_DETAIL: Readonly<Record<BusyReason, string>> = {
  not_reading: 'The collector is starting or stopping, or can store nothing.',
  stalled: 'The store does not answer.',
  full: 'More is waiting to be stored than may.',
}
