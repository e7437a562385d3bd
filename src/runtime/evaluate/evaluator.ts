import type { RoutesConfig } from '../../alert/config.ts'
import type { Notification } from '../../alert/notification.ts'
import { type ChangedIncident, createIncidentBook } from '../../judge/incidents/book.ts'
import type { Incident } from '../../model/incident.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { openIncidents } from '../../store/incidents.ts'
import type { Database, Sql } from '../../store/sql.ts'
import { createVolumeKeeper } from '../volume/volume-keeper.ts'
import { createVolumeOutlook } from '../volume/volume-outlook.ts'
import { type NoState, readVolumeState, type SavedVolume } from '../volume/volume-state.ts'
import { createMinuteSpans } from '../tracing/evaluation.ts'
import { NO_TRACING, type Tracing } from '../tracing/tracing.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import { createAttention } from './attention.ts'
import { type FallBehind, openFallBehind } from './fall-behind.ts'
import { nothingGathered } from './gathered.ts'
import { createIncidentFacts, type IncidentFacts } from './incident-facts.ts'
import type { Line } from './lines.ts'
import { judgeMinutes, type Written } from './minutes.ts'
import { retired } from './retired.ts'
import { retire } from './retirement.ts'
import { readOpenIncidents, readResolved, readTold, resolvedOf, saveEvaluation, saveRetired } from './save.ts'
import { createTelling, type Telling } from './telling.ts'

export interface EvaluatorDeps {
  readonly db: Database
  readonly plan: Plan
  readonly routes: RoutesConfig
  readonly publicUrl: string | null
  /** Throws where this process no longer leads; called inside each of the evaluator's transactions. */
  readonly assertLeads: (sql: Sql) => Promise<void>
  /** Every minute's verdict is written down, not only changes. */
  readonly everyVerdict: boolean
  /** A resolve takes the place of what is still unsent of its incident. */
  readonly collapses: boolean
  /** Left out: nothing is traced. */
  readonly tracing?: Tracing
  /** The volume detector goes on from its stored state, and keeps it; called where it can't. Left out: it begins with the hours kept, and stores none. */
  readonly onVolumeRebuild?: (why: NoState) => void
}

/** What one call judged. */
export interface Evaluation {
  /** SLOs × minutes. */
  readonly judged: number
  readonly minutes: number
  /** By SLO: good and total of the minutes judged, what counters grow by. */
  readonly counted: ReadonlyMap<string, { readonly good: number; readonly total: number }>
  /** Verdicts that were written down, in order of (at, slo). */
  readonly lines: readonly Line[]
  readonly changes: readonly ChangedIncident[]
  readonly notifications: readonly Notification[]
}

/** The evaluate loop's memory. After an error it must be thrown away and opened anew: the store has the truth. */
export interface Evaluator {
  /**
   * Judges every minute that has become judgeable since the last call, or the first `most` of them, and writes them down in
   * transactions of two hours.
   */
  readonly evaluate: (most?: number) => Promise<Evaluation>
  /** Newest verdict and row states by SLO. */
  readonly newest: () => ReadonlyMap<string, Line>
  /** Last written line by SLO. */
  readonly written: () => ReadonlyMap<string, Line>
  readonly openIncidents: () => readonly Incident[]
  readonly fallBehind: FallBehind['fallBehind']
  readonly accounts: Accounts
}

/** Minutes judged between two commits while catching up, so that pages and receivers see progress. */
const MINUTES_A_COMMIT = 120

/** Takes up the memory where the store left it, and resolves for good the incidents that the plan has abandoned. */
export async function openEvaluator(deps: EvaluatorDeps): Promise<Evaluator> {
  const { db, plan, assertLeads, collapses, tracing = NO_TRACING } = deps
  const accounts = await openAccounts(db, plan, await remembered(deps))
  const isKept = deps.onVolumeRebuild !== undefined
  const volume = isKept ? createVolumeKeeper(db, plan, accounts.volume, assertLeads) : null
  const outlook = isKept ? createVolumeOutlook(db, plan, accounts.volume, assertLeads) : null
  await accounts.refresh()
  const { open, abandoned } = await readOpenIncidents(db, plan)
  const left = abandoned.map(({ incident, tracking }) => retired(incident, tracking, latest(accounts)))
  const book = createIncidentBook({
    environment: plan.environment,
    restored: open,
    resolved: [...(await readResolved(db, latest(accounts))), ...left.flatMap(resolvedOf)],
    standingsOf: accounts.standingsOf,
    affectedBy: (event) => affectedBy(plan, event),
  })
  const stillOpen = (await openIncidents(db)).map(({ id }) => id)
  const telling = createTelling(deps.routes, await readTold(db, stillOpen))
  const written = readWritten(plan, accounts)
  const { newest } = written
  const facts = createIncidentFacts(plan, deps.publicUrl, newest)
  const standstill = await openFallBehind({
    db,
    environment: plan.environment,
    assertLeads,
    accounts,
    newest,
    telling,
    others: () => book.open().map(({ incident }) => incident),
    facts,
    tracing,
  })
  recallHeldBack(
    [...book.open().map(({ incident }) => incident), ...standstill.open()],
    latest(accounts),
    telling,
    facts,
  )
  const { open: aboutAssay } = standstill
  const attention = createAttention({ db, plan, accounts, book, aboutAssay, telling, facts, tracing })
  /** For the first call to tell. */
  let beforehand: { changes: readonly ChangedIncident[]; notifications: readonly Notification[] } = {
    changes: [],
    notifications: [],
  }
  if (left.length > 0) {
    const { changes, notifications, clipped } = await retire(left, { accounts, newest, telling, facts, tracing })
    const incidents = changes.map(({ incident }) => incident)
    await saveRetired({ db, assertLeads, accounts, clipped, incidents, notifications, collapses })
    beforehand = { changes, notifications }
  }

  async function evaluate(most = Number.POSITIVE_INFINITY): Promise<Evaluation> {
    await accounts.refresh()
    const counted = new Map<string, { good: number; total: number }>()
    const lines: Line[] = []
    const changes = [...beforehand.changes]
    const notifications = [...beforehand.notifications]
    beforehand = { changes: [], notifications: [] }
    let [judged, minutes] = [0, 0]
    let gathered = nothingGathered()
    const commit = async (): Promise<void> => {
      if (gathered.minutes === 0) return
      for (const { incident } of book.open()) gathered.incidents.set(incident.id, incident)
      await saveEvaluation({ db, assertLeads, accounts, book, gathered, newest, collapses })
      judged += gathered.judged
      minutes += gathered.minutes
      lines.push(...gathered.lines)
      changes.push(...gathered.changes)
      notifications.push(...gathered.notifications)
      gathered = nothingGathered()
    }
    const inSpan = createMinuteSpans(tracing)
    for (const minute of judgeMinutes(accounts, book, written, deps.everyVerdict)) {
      gathered.minutes += 1
      gathered.judged += minute.judged.length
      for (const { standing } of minute.judged) {
        const { name } = standing.slo
        const from = gathered.slos.get(name)?.from ?? minute.at - MINUTE
        gathered.slos.set(name, { from, until: minute.at })
        const { bad, total: all } = standing.minute(minute.at - MINUTE)
        const sum = counted.get(name) ?? { good: 0, total: 0 }
        counted.set(name, { good: sum.good + all - bad, total: sum.total + all })
      }
      gathered.lines.push(...minute.lines)
      await inSpan(minute, () => attention.attend(minute, gathered))
      if (gathered.minutes >= MINUTES_A_COMMIT) await commit()
      if (minutes + gathered.minutes >= most) break
    }
    await commit()
    await volume?.keep()
    await outlook?.keep()
    return { judged, minutes, counted, lines, changes, notifications }
  }

  return {
    evaluate,
    fallBehind: standstill.fallBehind,
    newest: () => newest,
    written: () => written.lines,
    openIncidents: () => [...book.open().map(({ incident }) => incident), ...standstill.open()],
    accounts,
  }
}

/** Of what was left open: what is held back is asked about again, whoever led when it was. */
function recallHeldBack(open: readonly Incident[], at: Instant, telling: Telling, facts: IncidentFacts): void {
  const all = open.map((incident) => facts.alert(incident, Math.max(at, incident.openedAt), null))
  for (const [index, one] of all.entries()) telling.recall(one, all.toSpliced(index, 1))
}

/** What the volume detector knew when its state was stored; null: it begins anew. */
async function remembered({ db, plan, onVolumeRebuild }: EvaluatorDeps): Promise<SavedVolume | null> {
  if (onVolumeRebuild === undefined) return null
  const state = await readVolumeState(db, plan)
  if (typeof state !== 'string') return state
  onVolumeRebuild(state)
  return null
}

/** The lines that the store has of the plan's SLOs. */
function readWritten(plan: Plan, accounts: Accounts): Written {
  const lines = new Map<string, Line>()
  for (const { name } of plan.slos) {
    const document = accounts.documentOf(name)
    if (document !== null) lines.set(name, { verdict: document.verdict, rows: document.rows })
  }
  return { lines, newest: new Map(lines) }
}

/** Where the judged time stands: what resolved a week before it is no regression's ancestor. */
function latest(accounts: Accounts): Instant {
  return Math.max(0, ...accounts.standings().map((standing) => standing.at()))
}

function affectedBy(plan: Plan, name: string): Incident['affected'] {
  if (plan.tables.has(name)) return [{ kind: 'table', name }]
  const event = plan.events.get(name)
  return [{ kind: 'event', name }, ...(event?.destinations ?? []).map(({ kind, name: to }) => ({ kind, name: to }))]
}
