import { type Duration, type Instant, iso } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import type { Metrics } from '../report/metrics/registry.ts'
import type { Database } from '../store/sql.ts'
import { createBehindWatch } from './behind.ts'
import { stepWords, withClock } from './clock-steps.ts'
import { createDelays } from './delays.ts'
import type { EvaluateLoopDeps } from './evaluate-loop.ts'
import type { Evaluation, Evaluator } from './evaluate/evaluator.ts'
import type { Watermark } from './evaluate/watermark.ts'
import { eventGauges } from './gauges.ts'
import type { Lineage } from './lineage/lineage.ts'
import type { Log } from './log.ts'
import { standstillsOf } from './tables/standstills.ts'
import type { TableSet } from './tables/table-set.ts'
import { within } from './tracing/scope.ts'
import type { Tracing } from './tracing/tracing.ts'

export interface AfterRoundDeps {
  readonly db: Database
  readonly plan: () => Plan
  readonly metrics: Metrics
  /** How long a source's watermark may stand still by its nature; null: it doesn't run. */
  readonly rhythm: (source: string) => Duration | null
  readonly troubles: TableSet['troubles']
  readonly tracing: Tracing
  readonly tellLineage: Lineage['round']
  /** The outbox holds something new. */
  readonly onNotifications: () => void
  /** What pages show has changed. */
  readonly onJudged: () => void
  readonly now: () => Instant
  /** Time that only passes: no step of the clock moves it. Left out: the process's. */
  readonly steady?: () => Duration
  readonly log: Log
}

/** What the leader does with what a round of judging found: tells it on, and looks for sources that stand still. */
export interface AfterRound {
  readonly onRound: EvaluateLoopDeps['onRound']
  /** Another process judges now. */
  readonly forget: () => void
  /** Another plan is in force: its gauges come with the next round, before its next minute. */
  readonly replan: () => void
  /** Before each scrape: how far the sources are behind grows where no round ends. */
  readonly tellDelays: () => void
  /** As of the last round; null: none has ended yet. */
  readonly watermarks: () => ReadonlyMap<string, Watermark> | null
  /** The end of the newest minute judged; null: none yet. */
  readonly judgedUntil: () => Instant | null
}

export function createAfterRound(deps: AfterRoundDeps): AfterRound {
  const { db, metrics, tracing, now, steady = () => performance.now(), log } = deps
  const delays = createDelays(metrics, deps.rhythm)
  const behind = createBehindWatch(deps.rhythm)
  let known: ReadonlyMap<string, Watermark> | null = null
  let judgedUntil: Instant | null = null
  /** None shown yet, or taken away for a new plan or another leader: gauges of what is known already come with the next round. */
  let isForgotten = true
  let lastRound = { at: now(), steady: steady() }
  metrics.recordRound(lastRound.at)

  async function onRound(evaluator: Evaluator, evaluation: Evaluation, took: Duration): Promise<void> {
    const watermarks = evaluator.accounts.watermarks()
    known = watermarks
    for (const { change, incident } of evaluation.changes) {
      const { id, severity, domain, event } = incident
      const said = () => log.info({ incident: id, severity, domain, event }, `incident ${change}`)
      within(tracing.incidents.get(id), said)
    }
    delays.moved(watermarks)
    metrics.recordRound(now())
    const at = now()
    const { timezone } = deps.plan()
    // Rounds that a store kept from ending pass on both clocks: that is no step.
    const expected = lastRound.at + Math.round(steady() - lastRound.steady)
    const step = stepWords(expected, at, timezone)
    if (step !== null) log.warn({ from: iso(expected), to: iso(at) }, step)
    lastRound = { at, steady: steady() }
    const late = behind.look(watermarks, at)
    const why = withClock(standstillsOf(late, deps.troubles()), late, watermarks, { now: at, timezone })
    const aboutAssay = await evaluator.fallBehind(late, at, why, behind.isUndecided)
    if (evaluation.notifications.length > 0 || aboutAssay) deps.onNotifications()
    deps.tellLineage(evaluator, evaluation, evaluation.judged > 0 || aboutAssay)
    const isUntold = isForgotten && evaluator.accounts.standings().length > 0
    const isDue = evaluation.judged > 0 || evaluation.changes.length > 0 || aboutAssay || isUntold
    if (!isDue) return
    isForgotten = false
    const ends = [...evaluator.newest().values()].map(({ verdict }) => verdict.at)
    if (ends.length > 0) judgedUntil = Math.max(judgedUntil ?? 0, ...ends)
    await recordJudged(evaluator, evaluation, took, judgedUntil ?? now())
    deps.onJudged()
  }

  async function recordJudged(
    evaluator: Evaluator,
    evaluation: Evaluation,
    took: Duration,
    at: Instant,
  ): Promise<void> {
    // A round that began before a reload knows SLOs that are gone.
    const planned = new Set(deps.plan().slos.map(({ name }) => name))
    metrics.recordEvaluation({
      at,
      verdicts: [...evaluator.newest().values()].flatMap(({ verdict }) => (planned.has(verdict.slo) ? [verdict] : [])),
      judged: [...evaluation.counted].map(([slo, sum]) => ({ slo, ...sum })),
      openIncidents: evaluator.openIncidents(),
      ...(await eventGauges(db, deps.plan(), evaluator.accounts, at)),
      duration: took,
    })
  }

  return {
    onRound,
    forget: () => {
      metrics.forgetVerdicts()
      isForgotten = true
      delays.forget()
      behind.forget()
    },
    replan: () => {
      metrics.forgetVerdicts()
      isForgotten = true
    },
    tellDelays: () => delays.tell(now()),
    watermarks: () => known,
    judgedUntil: () => judgedUntil,
  }
}
