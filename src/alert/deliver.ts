import { Failure } from '../model/failure.ts'
import { type Duration, HOUR, type Instant, SECOND } from '../model/time.ts'
import { backoff } from './backoff.ts'
import { type EntryEnd, nextEntry, type Outbox, type OutboxEntry, waitLeft } from './outbox.ts'
import type { Receiver } from './receivers/receiver.ts'
import type { Answer } from './receivers/send.ts'

/** As much of pino's logger as delivery needs. */
interface DeliveryLog {
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

/** What became of an attempt, as metrics count it. */
export type DeliveryOutcome = Answer['outcome'] | 'disabled'

export interface DeliveryDeps {
  /** The receivers configured now; asked for at every step, so that a reload takes effect. */
  readonly receivers: () => readonly Receiver[]
  readonly outbox: Outbox
  readonly now: () => Instant
  /** In [0, 1). */
  readonly random: () => number
  /** Runs something once after `wait`; answers how to call it off. */
  readonly setTimer: (wait: Duration, run: () => void) => () => void
  readonly log: DeliveryLog
  /** Told of every attempt: for metrics. */
  readonly onOutcome?: (receiver: string, outcome: DeliveryOutcome) => void
  /** Runs an attempt, log lines and store included, and is told the answer while it runs: for traces. */
  readonly during?: <Result>(entry: OutboxEntry, attempt: (answered: Answered) => Promise<Result>) => Promise<Result>
}

type Answered = (outcome: DeliveryOutcome, status: number | null) => void

/** The deliver loop: sends what the outbox holds, each receiver in a lane of its own. */
export interface Delivery {
  /** Something was written to the outbox, or the receivers changed: look again now. */
  readonly wake: () => void
  /** Ends after what is under way, which is cut off after `grace`. What is unsent stays in the outbox. */
  readonly stop: (grace?: Duration) => Promise<void>
}

/** How much of a receiver's outbox is looked at in one go. */
const LOOK = 50
/** Looked at anyway this often: an entry may have been written by the leader before. */
const HEARTBEAT: Duration = 30 * SECOND
/** An entry that has been tried for this long is given up. */
const GIVE_UP: Duration = 24 * HOUR
/** Fewer attempts than a day has room for, however long the receiver asks to wait: the clock was set forward. */
const LEAST_ATTEMPTS = 20

/** Starts sending what the outbox holds: one lane per receiver, so that one that hangs delays no other. */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const { outbox, now, setTimer, log, during = (_entry, attempt) => attempt(() => undefined) } = deps
  const stopping = new AbortController()
  const cutOff = new AbortController()
  const lanes = new Map<string, Promise<void>>()
  const sleepers = new Set<() => void>()
  /** By entry: when this process first tried it. */
  const firstTried = new Map<number, Instant>()
  let wakes = 0

  /** Waits until a wake since `seen`, until the time is over, or for the stop. */
  function rest(wait: Duration, seen: number): Promise<void> {
    if (stopping.signal.aborted || wakes !== seen) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        sleepers.delete(end)
        resolve()
      }
      const cancel = setTimer(Math.max(0, wait), end)
      sleepers.add(end)
    })
  }

  /** Runs a statement until the store takes it: an answer that was given must not be asked for twice. */
  async function stored<Result>(what: string, work: () => Promise<Result>): Promise<Result | null> {
    for (let failures = 1; ; failures++) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Failure && error.retryable)) throw error
        log.warn({ code: error.code, failures }, `${what}: the store does not answer; trying again`)
        if (stopping.signal.aborted) return null
        await rest(backoff(failures, deps.random(), null), wakes)
      }
    }
  }

  async function lane(name: string): Promise<void> {
    let pausedUntil: Instant = 0
    while (!stopping.signal.aborted) {
      const seen = wakes
      const left = waitLeft(pausedUntil, now())
      if (left > 0) {
        await rest(left, seen)
        continue
      }
      const waiting = await stored('outbox', () => outbox.waiting(name, LOOK))
      if (waiting === null) return
      const { entry, until } = nextEntry(waiting, now())
      if (entry !== null) pausedUntil = await during(entry, (answered) => deliver(entry, answered))
      else await rest(until === null ? HEARTBEAT : Math.min(HEARTBEAT, until - now()), seen)
    }
  }

  /** One attempt. Answers until when the receiver asks to be left alone, whatever else waits for it. */
  async function deliver(entry: OutboxEntry, answered: Answered): Promise<Instant> {
    const receiver = deps.receivers().find(({ name }) => name === entry.receiver)
    if (receiver === undefined) return end(entry, 'rejected', 'no receiver of this name is configured any more')
    if (receiver.disabled !== null) {
      answered('disabled', null)
      return disabled(entry, receiver, receiver.disabled)
    }
    const began = firstTried.get(entry.id) ?? now()
    firstTried.set(entry.id, began)
    const answer = await receiver.send(entry.notification, now(), cutOff.signal)
    // Cut off by the stop: nobody knows whether it arrived, so it stays and is sent again under the same key.
    if (cutOff.signal.aborted && answer.outcome === 'later') return 0
    const { outcome } = answer
    deps.onOutcome?.(receiver.name, outcome)
    answered(outcome, answer.status)
    if (outcome === 'sent') return end(entry, 'sent', answer.detail)
    const fields = { receiver: receiver.name, incident: entry.incident, status: answer.status, detail: answer.detail }
    const isTriedLong = now() - began >= GIVE_UP && entry.attempts >= LEAST_ATTEMPTS
    if (outcome !== 'later' || isTriedLong) {
      log.error(fields, 'a notification was given up')
      return end(entry, 'rejected', outcome === 'later' ? `given up after 24 h: ${answer.detail}` : answer.detail)
    }
    const attempts = entry.attempts + 1
    const dueAt = now() + backoff(attempts, deps.random(), answer.retryAfter)
    log.warn({ ...fields, attempts }, 'a notification could not be sent yet')
    await stored('outbox', () => outbox.later(entry.id, dueAt, answer.detail))
    return answer.retryAfter === null ? 0 : now() + answer.retryAfter
  }

  async function disabled(entry: OutboxEntry, receiver: Receiver, why: string): Promise<Instant> {
    const { method, url, body } = receiver.preview(entry.notification)
    deps.onOutcome?.(receiver.name, 'disabled')
    log.warn({ receiver: receiver.name, incident: entry.incident, why }, 'a receiver is disabled: nobody was told')
    return end(entry, 'disabled', `disabled: ${why}. It would have been sent: ${method} ${url} ${body}`)
  }

  async function end(entry: OutboxEntry, how: EntryEnd, answer: string): Promise<Instant> {
    firstTried.delete(entry.id)
    await stored('outbox', () => outbox.end(entry.id, how, now(), answer))
    return 0
  }

  /** Opens a lane for every receiver that is configured or waited for. */
  async function survey(): Promise<void> {
    while (!stopping.signal.aborted) {
      const seen = wakes
      const configured = deps.receivers().map(({ name }) => name)
      for (const name of new Set([...configured, ...(await waitedFor())])) {
        if (!lanes.has(name)) lanes.set(name, guarded(name, lane(name)))
      }
      await rest(HEARTBEAT, seen)
    }
  }

  async function waitedFor(): Promise<readonly string[]> {
    try {
      return (await stored('outbox', outbox.receivers)) ?? []
    } catch (error) {
      log.error({ error: String(error) }, 'the outbox could not be read')
      return []
    }
  }

  /** A lane that breaks on something unforeseen is opened again at the next survey. */
  async function guarded(name: string, work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      log.error({ receiver: name, error: String(error) }, 'delivery broke; it goes on within half a minute')
    } finally {
      lanes.delete(name)
    }
  }

  const surveying = survey()

  function wake(): void {
    wakes += 1
    for (const end of [...sleepers]) end()
  }

  return {
    wake,
    stop: async (grace = SECOND) => {
      stopping.abort()
      wake()
      const cancel = setTimer(grace, () => cutOff.abort())
      await Promise.all([surveying, ...lanes.values()])
      cancel()
    },
  }
}
