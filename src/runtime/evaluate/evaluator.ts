import type { AlertChange } from '../../alert/decide.ts'
import type { AlertFacts } from '../../alert/facts.ts'
import type { Notification } from '../../alert/notification.ts'
import type { RoutesConfig } from '../../alert/config.ts'
import type { Standing } from '../../judge/slo/standing.ts'
import { ORDINARY, verdictAt } from '../../judge/slo/verdict.ts'
import { type ChangedIncident, createIncidentBook, type IncidentBook } from '../../judge/incidents/book.ts'
import type { Incident } from '../../model/incident.ts'
import type { SliKind } from '../../model/sli.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import type { NotEvaluatedReason, Verdict } from '../../model/verdict.ts'
import type { Plan } from '../../plan/plan.ts'
import { openIncidents } from '../../store/incidents.ts'
import type { Database, Sql } from '../../store/sql.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import { type Gathered, nothingGathered } from './gathered.ts'
import { explainIncident, isDueForAnotherLook } from './evidence.ts'
import type { Line } from './lines.ts'
import { judgeMinutes, type JudgedMinute, type Written } from './minutes.ts'
import { openAboutAssay, type Standstills } from './about-assay.ts'
import {
  readOpenIncidents,
  readResolved,
  readTold,
  resolvedOf,
  saveBehind,
  saveEvaluation,
  saveRetired,
} from './save.ts'
import { retired } from './retired.ts'
import { createTelling } from './telling.ts'
import { createMinuteSpans, traceIncident } from '../tracing/evaluation.ts'
import { NO_TRACING, type Tracing } from '../tracing/tracing.ts'

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
  /** Judges every minute that has become judgeable since the last call and writes it down in one transaction. */
  readonly evaluate: () => Promise<Evaluation>
  /** Newest verdict and row states by SLO. */
  readonly newest: () => ReadonlyMap<string, Line>
  /** Last written line by SLO. */
  readonly written: () => ReadonlyMap<string, Line>
  readonly openIncidents: () => readonly Incident[]
  /**
   * Tells that sources stand still (by id: since when): their SLOs are `not_evaluated: ingest_behind` until they move, and
   * one incident about Assay itself is open. SLOs none of whose sources runs are `not_evaluated: disabled`. `why`: what is known of the standstill, by source. Answers whether anything was written.
   */
  readonly fallBehind: (behind: ReadonlyMap<string, Instant>, now: Instant, why?: Standstills) => Promise<boolean>
  readonly accounts: Accounts
}

/** Minutes judged between two commits while catching up, so that pages and receivers see progress. */
const MINUTES_A_COMMIT = 120

export async function openEvaluator(deps: EvaluatorDeps): Promise<Evaluator> {
  const { db, plan, tracing = NO_TRACING } = deps
  const bySlo = new Map(plan.slos.map((slo) => [slo.name, slo]))
  const accounts = await openAccounts(db, plan)
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
  const telling = createTelling(
    deps.routes,
    await readTold(
      db,
      (await openIncidents(db)).map(({ id }) => id),
    ),
  )
  const written: Written = { lines: new Map(), newest: new Map() }
  /** What came of opening, for the first call to tell. */
  let before: { changes: ChangedIncident[]; notifications: Notification[] } = { changes: [], notifications: [] }
  for (const slo of plan.slos) {
    const document = accounts.documentOf(slo.name)
    if (document === null) continue
    const line = { verdict: document.verdict, rows: document.rows }
    written.lines.set(slo.name, line)
    written.newest.set(slo.name, line)
  }

  function factsOf(incident: Incident, at: Instant, example: string | null): AlertFacts {
    return {
      at,
      timezone: plan.timezone,
      publicUrl: deps.publicUrl,
      involved: {
        incident,
        slos: incident.slos.flatMap((name) => bySlo.get(name) ?? []),
        event: incident.event === null ? null : subjectOf(plan, incident.event),
        domain: plan.domains.get(incident.domain) ?? null,
      },
      verdicts: new Map(
        incident.slos.flatMap((name): [string, Verdict][] => {
          const line = written.newest.get(name)
          return line === undefined ? [] : [[name, line.verdict]]
        }),
      ),
      example,
    }
  }

  /** Resolves what the plan has abandoned, once and for all. */
  async function retire(): Promise<void> {
    if (left.length === 0) return
    const clipped = new Map<string, Line>()
    for (const incident of left) {
      const at = incident.resolvedAt ?? incident.openedAt
      for (const standing of incident.event === null ? [] : accounts.standingsOf(incident.event)) {
        standing.clip(at)
        const line = written.newest.get(standing.slo.name)
        if (line !== undefined) clipped.set(standing.slo.name, line)
      }
      const seen = { change: 'manual', incident, at, kinds: kindsOf(incident) } as const
      const told = await traceIncident(tracing, seen, async () =>
        telling.tell('manual', at, factsOf(incident, at, null), []),
      )
      before.changes.push({ change: 'manual', incident: told.incident })
      before.notifications.push(...told.notifications)
    }
    const incidents = before.changes.map(({ incident }) => incident)
    const { notifications } = before
    const { assertLeads, collapses } = deps
    await saveRetired({ db, assertLeads, accounts, clipped, incidents, notifications, collapses })
  }

  /** A changed incident with its cause, and what is to be said of it. */
  const attend = (change: AlertChange, incident: Incident, at: Instant) =>
    traceIncident(tracing, { change, incident, at, kinds: kindsOf(incident) }, () => lookAt(change, incident, at))

  function kindsOf(incident: Incident): readonly SliKind[] {
    return incident.slos.flatMap((name) => bySlo.get(name)?.kind ?? [])
  }

  async function lookAt(change: AlertChange, incident: Incident, at: Instant) {
    const looked = await explainIncident(db, plan, accounts, incident, at)
    const others = book
      .open()
      .flatMap((other) => (other.incident.id === incident.id ? [] : [factsOf(other.incident, at, null)]))
    const told = telling.tell(change, at, factsOf(looked.incident, at, looked.example), others)
    book.amend(told.incident)
    return told
  }

  async function attendMinute(minute: JudgedMinute, gathered: Gathered): Promise<void> {
    for (const { change, incident } of minute.changes) {
      // One that joined and was raised in the same minute changed twice: the newest of it is in the book.
      const { incident: attended, notifications } = await attend(change, currentOf(book, incident), minute.at)
      gathered.changes.push({ change, incident: attended })
      gathered.incidents.set(attended.id, attended)
      gathered.notifications.push(...notifications)
    }
    for (const { incident } of book.open()) {
      const again = isDueForAnotherLook(incident, minute.at)
      if (!again && !telling.isHeldBack(incident.id)) continue
      if (minute.changes.some((changed) => changed.incident.id === incident.id)) continue
      const { incident: attended, notifications } = await attend('reconsidered', incident, minute.at)
      gathered.incidents.set(attended.id, attended)
      gathered.notifications.push(...notifications)
    }
  }

  async function evaluate(): Promise<Evaluation> {
    await accounts.refresh()
    const counted = new Map<string, { good: number; total: number }>()
    const total: Mutable<Evaluation> = { judged: 0, minutes: 0, counted, lines: [], ...before }
    before = { changes: [], notifications: [] }
    let gathered = nothingGathered()
    const commit = async (): Promise<void> => {
      if (gathered.minutes === 0) return
      for (const { incident } of book.open()) gathered.incidents.set(incident.id, incident)
      await saveEvaluation({
        db,
        assertLeads: deps.assertLeads,
        accounts,
        book,
        gathered,
        newest: written.newest,
        collapses: deps.collapses,
      })
      total.judged += gathered.judged
      total.minutes += gathered.minutes
      total.lines.push(...gathered.lines)
      total.changes.push(...gathered.changes)
      total.notifications.push(...gathered.notifications)
      gathered = nothingGathered()
    }
    const inSpan = createMinuteSpans(tracing)
    for (const minute of judgeMinutes(accounts, book, written, deps.everyVerdict)) {
      gathered.from = Math.min(gathered.from, minute.at - MINUTE)
      gathered.until = Math.max(gathered.until, minute.at)
      gathered.minutes += 1
      gathered.judged += minute.judged.length
      for (const { standing } of minute.judged) {
        const { name } = standing.slo
        gathered.slos.add(name)
        const { bad, total: all } = standing.minute(minute.at - MINUTE)
        const sum = counted.get(name) ?? { good: 0, total: 0 }
        counted.set(name, { good: sum.good + all - bad, total: sum.total + all })
      }
      gathered.lines.push(...minute.lines)
      await inSpan(minute, () => attendMinute(minute, gathered))
      if (gathered.minutes >= MINUTES_A_COMMIT) await commit()
    }
    await commit()
    return total
  }

  await retire()
  const aboutAssay = await openAboutAssay(db, plan.environment)

  async function fallBehind(
    behind: ReadonlyMap<string, Instant>,
    now: Instant,
    why: Standstills = new Map(),
  ): Promise<boolean> {
    const blind: Line[] = []
    for (const standing of accounts.standings()) {
      const deciding = accounts.deciding(standing)
      const source = deciding.find((one) => behind.has(one))
      if (source === undefined && deciding.length > 0) continue
      const reason = source === undefined ? 'disabled' : (why.get(source)?.reason ?? 'ingest_behind')
      const line = written.newest.get(standing.slo.name) ?? firstLine(standing, reason)
      if (line.verdict.reason === reason && written.newest.has(standing.slo.name)) continue
      const verdict: Verdict = { ...line.verdict, outcome: 'not_evaluated', reason, firing: null }
      const seen = { verdict, rows: line.rows }
      written.newest.set(standing.slo.name, seen)
      blind.push(seen)
    }
    const changed = aboutAssay.next(behind, now, why)
    if (blind.length === 0 && changed === null) return false
    const told =
      changed === null
        ? null
        : await traceIncident(tracing, { ...changed, at: now, kinds: [] }, async () =>
            telling.tell(changed.change, now, factsOf(changed.incident, now, null), []),
          )
    if (told !== null) aboutAssay.amend(told.incident)
    await saveBehind({
      db,
      assertLeads: deps.assertLeads,
      accounts,
      blind,
      incident: told?.incident ?? null,
      notifications: told?.notifications ?? [],
    })
    return true
  }

  return {
    evaluate,
    fallBehind,
    newest: () => written.newest,
    written: () => written.lines,
    openIncidents: () => [...book.open().map(({ incident }) => incident), ...aboutAssay.open()],
    accounts,
  }
}

/** Of an SLO of which no minute could be judged yet. */
function firstLine(standing: Standing, notEvaluated: NotEvaluatedReason): Line {
  return verdictAt(standing.slo, standing.at(), standing.sums(), { ...ORDINARY, notEvaluated })
}

type Mutable<Shape> = {
  -readonly [Key in keyof Shape]: Shape[Key] extends readonly (infer Item)[] ? Item[] : Shape[Key]
}

/** Where the judged time stands: what resolved a week before it is no regression's ancestor. */
function latest(accounts: Accounts): Instant {
  return Math.max(0, ...accounts.standings().map((standing) => standing.at()))
}

function currentOf(book: IncidentBook, incident: Incident): Incident {
  return book.open().find((open) => open.incident.id === incident.id)?.incident ?? incident
}

/** What alerts say of an event or a table beside its name. */
function subjectOf(plan: Plan, name: string): AlertFacts['involved']['event'] {
  const table = plan.tables.get(name)
  return plan.events.get(name) ?? (table === undefined ? null : { ...table, destinations: [] })
}

function affectedBy(plan: Plan, name: string): Incident['affected'] {
  if (plan.tables.has(name)) return [{ kind: 'table', name }]
  const event = plan.events.get(name)
  return [{ kind: 'event', name }, ...(event?.destinations ?? []).map(({ kind, name: to }) => ({ kind, name: to }))]
}
