import { setTimeout as pause } from 'node:timers/promises'
import type { RoutesConfig } from '../alert/config.ts'
import { Failure } from '../model/failure.ts'
import { type Duration, SECOND } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import { assertLeads, type Leadership, takeLeadership } from '../store/leases.ts'
import type { Database, Sql } from '../store/sql.ts'
import { type Evaluation, type Evaluator, openEvaluator } from './evaluate/evaluator.ts'
import type { Log } from './log.ts'
import type { NoState } from './volume/volume-state.ts'
import { traceRound } from './tracing/evaluation.ts'
import { withinSpanOf } from './tracing/scope.ts'
import { NO_TRACING, type Tracing } from './tracing/tracing.ts'

export interface EvaluateLoopDeps {
  readonly db: Database
  readonly holder: string
  readonly plan: () => Plan
  readonly routes: () => RoutesConfig
  readonly publicUrl: string | null
  readonly now: () => number
  readonly log: Log
  /** After each round of the leader, whether it judged something or not. */
  readonly onRound: (evaluator: Evaluator, evaluation: Evaluation, took: Duration) => Promise<void>
  readonly onLead: (leads: boolean) => void
  /** Left out: nothing is traced. */
  readonly tracing?: Tracing
}

/** Judges in rounds: when woken by a commit, and at least every second. One process at a time leads; the others wait their turn. */
export interface EvaluateLoop {
  readonly wake: () => void
  /** Resolves after a round that began after the call: what could be judged then has been. At once where another process leads, or none judges any more. */
  readonly settled: () => Promise<void>
  /** The plan changed: the memory of it is opened anew. */
  readonly reopen: () => void
  readonly leads: () => boolean
  /** Throws a `Failure` where this process doesn't lead; inside a transaction it stays so until the commit. */
  readonly assertLeads: (sql: Sql) => Promise<void>
  /** Runs until the signal aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

const HEARTBEAT: Duration = SECOND
const again = 'it learns again from the hours that are kept'
const REBUILDS: Readonly<Record<Exclude<NoState, 'none_stored'>, string>> = {
  other_plan: `the plan says something else of what the volume detector has learnt from than when its state was stored: ${again}`,
  other_format: `the volume detector's state was stored by another version of Assay: ${again}`,
  broken: `the volume detector's stored state is damaged: ${again}`,
}
const RETRY_LEAD: Duration = 5 * SECOND

export function createEvaluateLoop(deps: EvaluateLoopDeps): EvaluateLoop {
  const { tracing = NO_TRACING } = deps
  let evaluator: Evaluator | null = null
  let leadership: Leadership | null = null
  let woken = new AbortController()
  let rounds: { started: number; done: number } = { started: 0, done: 0 }
  let waiting: { after: number; resolve: () => void }[] = []
  let hasEnded = false
  /** What keeps it from judging, as it was logged: not again each second. */
  let trouble: string | null = null
  /** Goes up with each change of the plan. */
  let changes = 0

  function wake(): void {
    woken.abort()
  }

  /** The memory as the plan has it: one that changes while the store is read would else be judged by never. */
  async function open(lead: Leadership): Promise<Evaluator> {
    for (;;) {
      const seen = changes
      const opened = await openEvaluator({
        db: deps.db,
        plan: deps.plan(),
        routes: deps.routes(),
        publicUrl: deps.publicUrl,
        assertLeads: (sql) => assertLeads(sql, lead),
        everyVerdict: false,
        collapses: true,
        tracing,
        onVolumeRebuild: (why) => {
          if (why !== 'none_stored') deps.log.warn({ why }, REBUILDS[why])
        },
      })
      if (seen === changes) return opened
    }
  }

  async function round(): Promise<void> {
    if (leadership === null) {
      leadership = await takeLeadership(deps.db, deps.holder, deps.now())
      if (leadership === null) return
      deps.onLead(true)
    }
    const lead = leadership
    if (lead.lost.aborted) throw new Failure('lead_lost', 'The lock of the lead is gone.', { retryable: true })
    evaluator ??= await open(lead)
    const began = performance.now()
    const current = evaluator
    const evaluation = await traceRound(tracing, () => current.evaluate())
    await deps.onRound(current, evaluation, performance.now() - began)
  }

  /** The store has the truth: memory that may differ from it is dropped. */
  async function stepBack(error: unknown): Promise<void> {
    evaluator = null
    const code = error instanceof Failure ? error.code : 'bug'
    if (code === 'superseded' || code === 'lead_lost') {
      await leadership?.release().catch(() => undefined)
      leadership = null
      deps.onLead(false)
    }
    if (!(error instanceof Failure)) throw error
    if (trouble !== error.message) {
      withinSpanOf(error, () => deps.log.warn({ code }, `judging is paused: ${error.message}`))
    }
    trouble = error.message
  }

  function settle(): void {
    const done = waiting.filter(({ after }) => rounds.done > after || leadership === null)
    waiting = waiting.filter((one) => !done.includes(one))
    for (const { resolve } of done) resolve()
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      woken = new AbortController()
      rounds = { ...rounds, started: rounds.started + 1 }
      const mine = rounds.started
      try {
        await round()
        if (trouble !== null && leadership !== null) deps.log.info({}, 'judging goes on')
        trouble = null
        rounds = { ...rounds, done: mine }
      } catch (error) {
        await stepBack(error)
      }
      settle()
      const wait = leadership === null ? RETRY_LEAD : HEARTBEAT
      await pause(wait, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined)
    }
    hasEnded = true
    for (const { resolve } of waiting) resolve()
    await leadership?.release().catch(() => undefined)
    leadership = null
  }

  return {
    wake,
    settled: () =>
      new Promise((resolve) => {
        if (hasEnded) return resolve()
        waiting.push({ after: rounds.started, resolve })
        wake()
      }),
    reopen: () => {
      changes += 1
      evaluator = null
      wake()
    },
    leads: () => leadership !== null,
    assertLeads: async (sql) => {
      if (leadership === null) throw new Failure('superseded', 'This Assay does not lead.', { retryable: true })
      await assertLeads(sql, leadership)
    },
    run,
  }
}
