import { Failure } from '../../model/failure.ts'
import { type Duration, floorTo, HOUR, type Instant, MINUTE, SECOND } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Addresses } from '../../report/lineage/dataset.ts'
import { createRunsDue, type DueRun, type RunsDue } from '../../report/lineage/due.ts'
import type { Carriers } from '../../report/lineage/graph.ts'
import { type LineageMap, lineageMap } from '../../report/lineage/map.ts'
import { producerOf } from '../../report/lineage/facet.ts'
import { runEvents } from '../../report/lineage/run-events.ts'
import type { Emitter } from '../../report/lineage/transports/emitter.ts'
import type { EmitterStatus } from '../../serve/status.ts'
import { verdictsBetween } from '../../store/verdicts.ts'
import type { Evaluation, Evaluator } from '../evaluate/evaluator.ts'
import { createBugNotice } from '../bug-notice.ts'
import { createFeed, type Feed, type FeedDeps } from './feed.ts'
import { type LineageRound, roundOf } from './round.ts'

export interface LineageDeps extends FeedDeps {
  readonly emitters: readonly Emitter[]
  /** Why others can't be used, by name. */
  readonly disabled: ReadonlyMap<string, string>
  readonly plan: () => Plan
  readonly addresses: () => Addresses
  readonly now: () => Instant
  readonly version: string
}

/** Tells lineage servers what the leader has judged. Nothing waits for it. */
export interface Lineage {
  /** After each round's commit. `isNews`: something was judged or blinded. */
  readonly round: (evaluator: Evaluator, evaluation: Evaluation, isNews: boolean) => void
  /** Another process leads now: what waits here is its to tell. */
  readonly forget: () => void
  readonly status: () => readonly EmitterStatus[]
  readonly stop: (grace: Duration) => Promise<void>
}

/** How far back a start looks for what was judged but never told. */
const LOOK_BACK = 24 * HOUR
const WRITE_EVERY: Duration = SECOND / 4

/**
 * The stored verdicts are the outbox: an emitter's note says how far its other side knows them, and what lies between is told
 * after a restart. A run that was sent but not noted is told twice, by the same id.
 */
export function startLineage(deps: LineageDeps): Lineage {
  const { db, log, now } = deps
  const feeds = deps.emitters.map((emitter) => createFeed(emitter, deps))
  /** Null until the store has said what had been told. */
  let due: Map<Feed, RunsDue> | null = null
  let rounds: LineageRound[] = []
  let working: Promise<void> | null = null
  let judge: Evaluator | null = null
  /** Goes up when another process takes the lead, or this one's judge another's place. */
  let reign = 0
  let written: Promise<void> = Promise.resolve()
  const tellOfBug = createBugNotice(log, 'lineage broke; it is tried again')
  let map: { readonly of: LineageMap; readonly carriers: string } | null = null
  const writing = setInterval(() => void writeDown(), WRITE_EVERY)
  writing.unref()

  function mapOf(carriers: Carriers): LineageMap {
    const [plan, addresses] = [deps.plan(), deps.addresses()]
    const key = JSON.stringify([...carriers])
    if (map === null || map.of.plan !== plan || map.of.addresses !== addresses || map.carriers !== key) {
      map = { of: lineageMap(plan, addresses, carriers, producerOf(deps.version)), carriers: key }
    }
    return map.of
  }

  function put(feed: Feed, runs: readonly DueRun[], carriers: Carriers): number {
    if (runs.length === 0) return 0
    const from = mapOf(carriers)
    for (const run of runs) {
      feed.emission.put({ events: () => runEvents(from, run, deps.version), mark: run.tells })
    }
    return runs.length
  }

  /** What the store holds that an emitter's other side may not know, hour by hour. */
  async function restore(round: LineageRound): Promise<Map<Feed, RunsDue>> {
    const latest = Math.max(0, ...round.newest.map(({ at }) => at))
    const restored = new Map<Feed, RunsDue>()
    for (const feed of feeds) {
      const { from, told } = await feed.recall(latest)
      const runs = createRunsDue(told)
      const slos = new Set(deps.plan().slos.map(({ name }) => name))
      const known = [...told].flatMap(([slo, { at }]) => (slos.has(slo) ? [at] : []))
      const oldest = Math.max(latest - LOOK_BACK, from, known.length === 0 ? from : Math.min(...known))
      let untold = 0
      for (let hour = floorTo(oldest, HOUR); hour <= latest; hour += HOUR) {
        const lines = await verdictsBetween<Verdict>(db, hour, hour + HOUR)
        untold += put(feed, runs.take(lines.map(({ document }) => document)), round.carriers)
      }
      restored.set(feed, runs)
      log.info({ emitter: feed.name, untold }, 'lineage is told from here')
    }
    return restored
  }

  async function work(): Promise<void> {
    const mine = reign
    for (let round = rounds.shift(); round !== undefined; round = rounds.shift()) {
      const known = due ?? (await restore(round))
      if (mine !== reign) return takeBack()
      due = known
      for (const [feed, runs] of due) {
        put(feed, runs.take(round.written), round.carriers)
        put(feed, runs.compare(round.newest, floorTo(now(), MINUTE)), round.carriers)
      }
    }
  }

  function takeBack(): void {
    due = null
    rounds = []
    for (const { emission } of feeds) emission.clear()
  }

  /** One after another, so that the stop can wait for all of it. */
  function writeDown(): Promise<void> {
    written = written.then(writeNotes)
    return written
  }

  async function writeNotes(): Promise<void> {
    for (const feed of feeds) await feed.write().catch(broke)
  }

  /** A bug in what is told must not end the daemon that judges. */
  function broke(error: unknown): void {
    tellOfBug(error)
    for (const { name } of feeds) deps.onOutcome(name, 'failed', 1)
  }

  /** The store has it all: read again at the next round. */
  function putOff(error: unknown): void {
    takeBack()
    if (error instanceof Failure) log.warn({ code: error.code }, `lineage is put off: ${error.message}`)
    else broke(error)
  }

  return {
    round: (evaluator, evaluation, isNews) => {
      if (feeds.length === 0) return
      if (evaluator !== judge) {
        // Its predecessor may have committed what it could no longer say: the store has it.
        judge = evaluator
        reign += 1
        takeBack()
      }
      if (!isNews && (due !== null || working !== null)) return
      try {
        rounds.push(roundOf(evaluator, evaluation))
      } catch (error) {
        return putOff(error)
      }
      working ??= work()
        .catch(putOff)
        .finally(() => {
          working = null
        })
    },
    forget: () => {
      reign += 1
      judge = null
      takeBack()
      for (const feed of feeds) feed.forget()
    },
    status: () => [
      ...(feeds.length === 0 && deps.disabled.size === 0
        ? [{ name: 'lineage', state: 'off' as const, detail: '' }]
        : []),
      ...feeds.map(({ name, emission }): EmitterStatus => {
        const trouble = emission.trouble()
        return { name: nameOf(name), state: trouble === null ? 'running' : 'failing', detail: trouble ?? '' }
      }),
      ...[...deps.disabled].map(([name, detail]): EmitterStatus => ({ name: nameOf(name), state: 'disabled', detail })),
    ],
    stop: async (grace) => {
      clearInterval(writing)
      rounds = []
      await Promise.all(feeds.map(({ emission }) => emission.stop(grace)))
      await writeDown()
    },
  }
}

function nameOf(emitter: string): string {
  return `lineage (${emitter})`
}
