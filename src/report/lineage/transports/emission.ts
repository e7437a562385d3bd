import { type Duration, SECOND } from '../../../model/time.ts'
import type { Emitter } from './emitter.ts'

/** As much of pino's logger as emission needs. */
interface EmissionLog {
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

/** `failed`: its events could not be made. */
export const EMISSION_OUTCOMES = ['sent', 'rejected', 'dropped', 'failed'] as const
export type EmissionOutcome = (typeof EMISSION_OUTCOMES)[number]

/** One run, and what to remember once it is out of the queue, one way or the other. */
export interface Parcel<Mark> {
  /** Its events, in their order: made when it is their turn, since what waits should be small. */
  readonly events: () => readonly object[]
  readonly mark: Mark
}

export interface EmissionDeps<Mark> {
  readonly emitter: Emitter
  /** Parcels that wait at most; when full, the oldest gives way. */
  readonly most: number
  /** In [0, 1). */
  readonly random: () => number
  /** Runs something once after `wait`; answers how to call it off. */
  readonly setTimer: (wait: Duration, run: () => void) => () => void
  readonly log: EmissionLog
  readonly onOutcome: (emitter: string, outcome: EmissionOutcome) => void
  /** Told of each parcel that left the queue: it won't come again. */
  readonly onDone: (mark: Mark) => void
}

/** The way of parcels to one emitter: a queue that nobody waits for. */
export interface Emission<Mark> {
  /** Never waits, never throws. */
  readonly put: (parcel: Parcel<Mark>) => void
  /** What keeps it from being taken, in words; null: nothing does. */
  readonly trouble: () => string | null
  /** Takes back what waits. */
  readonly clear: () => void
  /** Ends after the attempt under way, which is cut off after `grace`. What waits is forgotten. */
  readonly stop: (grace: Duration) => Promise<void>
}

const FIRST_WAIT: Duration = 0.3 * SECOND
const LONGEST_WAIT: Duration = 60 * SECOND

/** How long to wait after attempt number `attempts` (from 1) failed: OpenLineage's clients begin at 0.3 s and double. */
function waitAfter(attempts: number, random: number, asked: Duration | null): Duration {
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempts - 1, 20))
  return Math.max(Math.ceil(ceiling * (0.5 + random / 2)), Math.min(asked ?? 0, LONGEST_WAIT))
}

/**
 * Starts handing parcels to an emitter, one after another. One that can't be taken now is tried until it can be, or until
 * newer ones have pushed it out; one that is refused is given up. Trouble is logged when it begins and when it ends.
 */
export function createEmission<Mark>(deps: EmissionDeps<Mark>): Emission<Mark> {
  const { emitter, most, log, setTimer } = deps
  const stopping = new AbortController()
  const cutOff = new AbortController()
  const queue: Parcel<Mark>[] = []
  let trouble: { readonly kind: 'later' | 'rejected'; readonly detail: string } | null = null
  let isDropping = false
  let wake: () => void = () => undefined

  function leave(parcel: Parcel<Mark>, outcome: EmissionOutcome): void {
    deps.onOutcome(emitter.name, outcome)
    deps.onDone(parcel.mark)
  }

  function troubled(kind: 'later' | 'rejected', detail: string): void {
    const isNew = trouble?.kind !== kind
    trouble = { kind, detail }
    if (!isNew) return
    const what = kind === 'later' ? 'lineage cannot be sent; trying again' : 'lineage was refused and is given up'
    log.warn({ emitter: emitter.name, detail, waiting: queue.length }, what)
  }

  function rest(wait: Duration | null): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = wait === null ? () => undefined : setTimer(wait, resolve)
      wake = () => {
        // News of another parcel doesn't shorten a pause that the other side needs.
        if (wait !== null && !stopping.signal.aborted) return
        cancel()
        resolve()
      }
    })
  }

  /** Null: they can't be made. That is a bug, of which the daemon that judges must not die. */
  function eventsOf(parcel: Parcel<Mark>): readonly object[] | null {
    try {
      return parcel.events()
    } catch (error) {
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
      log.error({ emitter: emitter.name, error: said }, 'a run of lineage could not be made, and is left out')
      return null
    }
  }

  /** What became of a parcel once nothing of it is left to try; null: the stop came first. */
  async function send(parcel: Parcel<Mark>): Promise<'sent' | 'rejected' | 'failed' | null> {
    let attempts = 0
    const events = eventsOf(parcel)
    if (events === null) return 'failed'
    for (const event of events) {
      for (;;) {
        const { outcome, detail, retryAfter } = await emitter.emit(event, cutOff.signal)
        if (outcome === 'sent') break
        if (outcome === 'rejected') {
          troubled('rejected', detail)
          return 'rejected'
        }
        if (stopping.signal.aborted) return null
        troubled('later', detail)
        attempts += 1
        await rest(waitAfter(attempts, deps.random(), retryAfter))
        if (stopping.signal.aborted) return null
      }
    }
    return 'sent'
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      // From here on it is no longer in the queue: it can't be pushed out.
      const parcel = queue.shift()
      if (parcel === undefined) {
        await rest(null)
        continue
      }
      const outcome = await send(parcel)
      if (outcome === null) return
      leave(parcel, outcome)
      if (outcome !== 'sent') continue
      if (trouble !== null) log.info({ emitter: emitter.name, waiting: queue.length }, 'lineage is sent again')
      trouble = null
      if (queue.length === 0) isDropping = false
    }
  }

  const running = run()
  return {
    put: (parcel) => {
      queue.push(parcel)
      const pushedOut = queue.length > most ? queue.shift() : undefined
      if (pushedOut !== undefined) {
        leave(pushedOut, 'dropped')
        if (!isDropping) log.warn({ emitter: emitter.name, most }, 'too much lineage waits: the oldest is dropped')
        isDropping = true
      }
      wake()
    },
    trouble: () => trouble?.detail ?? null,
    clear: () => {
      queue.length = 0
    },
    stop: async (grace) => {
      stopping.abort()
      wake()
      const cancel = setTimer(grace, () => cutOff.abort())
      await running
      cancel()
    },
  }
}
