import { setImmediate } from 'node:timers/promises'
import { render } from '../alert/receivers/index.ts'
import { secretPlaceholder } from '../alert/receivers/request.ts'
import type { Notification } from '../alert/notification.ts'
import type { RoutesConfig } from '../alert/config.ts'
import type { Incident } from '../model/incident.ts'
import type { Severity } from '../model/sli.ts'
import { type Duration, type Instant, iso } from '../model/time.ts'
import type { Source } from '../observe/sources/source.ts'
import type { Plan } from '../plan/plan.ts'
import { SCHEMA_VERSION, verdictDocument } from '../report/documents/verdict.ts'
import { createMetrics } from '../report/metrics/registry.ts'
import { takeWriter } from '../store/leases.ts'
import { allIncidents } from '../store/incidents.ts'
import type { Database } from '../store/sql.ts'
import { type Evaluation, openEvaluator } from './evaluate/evaluator.ts'
import type { Line } from './evaluate/lines.ts'
import { eventGauges } from './gauges.ts'
import { ingest } from './ingest.ts'

export interface ReplayDeps {
  readonly db: Database
  readonly plan: Plan
  readonly routes: RoutesConfig
  readonly publicUrl: string | null
  readonly source: Source
  readonly horizon: Duration
  /** The store is still there after the replay. */
  readonly storeLasts: boolean
  readonly everyVerdict: boolean
  /** What is to be delivered stays in the outbox as unsent. */
  readonly deliver: boolean
  readonly version: string
  readonly signal: AbortSignal
  readonly onVerdict: (line: string) => void
  readonly onNotification: (line: string) => void
  /** `until`: as far as all is judged; null: nothing is yet. */
  readonly onProgress: (records: number, until: Instant | null) => void
}

/** Minutes judged before what they came to is written. */
const MINUTES_AT_ONCE = 1_440

/** What a replay came to. */
export interface Replayed {
  readonly records: number
  readonly incidents: readonly Incident[]
  /** Severities that incidents reached. */
  readonly severities: ReadonlySet<Severity>
  readonly metrics: string
}

/**
 * Runs the pipeline over an archive on the data's own clock: each batch is stored, then every minute that the archive's
 * watermark has passed is judged before the next batch is read. The same archive and plan give the same output.
 */
export async function replayArchive(deps: ReplayDeps): Promise<Replayed> {
  const { db, routes, source } = deps
  // The files are read in the place of their source: that its secrets are unset is no matter.
  const plan = { ...deps.plan, sources: deps.plan.sources.map((one) => ({ ...one, disabled: null })) }
  const writer = await takeWriter(db)
  const metrics = createMetrics({ version: deps.version, mostSeries: 20_000 })
  metrics.prepare(
    plan,
    routes.receivers.map(({ name }) => name),
  )
  const evaluator = await openEvaluator({
    db,
    plan,
    routes,
    publicUrl: deps.publicUrl,
    assertLeads: async () => undefined,
    everyVerdict: deps.everyVerdict,
    collapses: false,
  })
  let records = 0
  const written = new Map<string, number>()

  function write({ verdict }: Line): void {
    written.set(verdict.slo, verdict.at)
    deps.onVerdict(JSON.stringify(verdictDocument(verdict)))
  }

  /** A record of which the time is far ahead makes years judgeable at once: told as they go by, and given up when asked to. */
  async function judge(): Promise<void> {
    while ((await judgeSome()) === MINUTES_AT_ONCE && !deps.signal.aborted) {
      deps.onProgress(records, evaluatedUntil())
      await setImmediate()
    }
  }

  function evaluatedUntil(): Instant | null {
    const ends = [...evaluator.newest().values()].map(({ verdict }) => verdict.at)
    return ends.length === 0 ? null : Math.max(...ends)
  }

  /** How many minutes it judged. */
  async function judgeSome(): Promise<number> {
    const evaluation = await evaluator.evaluate(MINUTES_AT_ONCE)
    for (const line of evaluation.lines) write(line)
    for (const notification of evaluation.notifications) {
      deps.onNotification(JSON.stringify(notificationDocument(notification, routes)))
      if (!deps.deliver) metrics.recordNotification(notification.receiver, 'sent')
    }
    recordJudged(evaluation)
    return evaluation.minutes
  }

  function recordJudged(evaluation: Evaluation): void {
    if (evaluation.judged === 0) return
    const verdicts = [...evaluator.newest().values()].map(({ verdict }) => verdict)
    metrics.recordEvaluation({
      at: Math.max(...verdicts.map(({ at }) => at)),
      verdicts,
      judged: [...evaluation.counted].map(([slo, sum]) => ({ slo, ...sum })),
      openIncidents: evaluator.openIncidents(),
      arrivals: [],
      duration: null,
    })
  }

  await ingest(
    source,
    {
      db,
      writer,
      plan: () => plan,
      horizon: deps.horizon,
      storeLasts: deps.storeLasts,
      judged: judge,
      onCommit: async (id, observed, { length }) => {
        records += length
        metrics.recordCommit(plan, { ...observed, source: id, ingestDelay: null })
        await judge()
        deps.onProgress(records, evaluatedUntil())
      },
      onFailure: (_source, failure) => {
        throw failure
      },
      onRecovery: () => undefined,
    },
    deps.signal,
  )
  // An SLO's last verdict stands in the file, whether anything changed in it or not.
  const last = [...evaluator.newest().values()].filter(({ verdict }) => written.get(verdict.slo) !== verdict.at)
  for (const line of last.sort((a, b) => a.verdict.at - b.verdict.at || (a.verdict.slo < b.verdict.slo ? -1 : 1)))
    write(line)
  const at = evaluatedUntil()
  if (at !== null) {
    const gauges = await eventGauges(db, plan, evaluator.accounts, at)
    metrics.recordEvaluation({
      at,
      verdicts: [],
      judged: [],
      openIncidents: evaluator.openIncidents(),
      ...gauges,
      duration: null,
    })
  }
  const incidents = await allIncidents(db)
  const state = await metrics.state()
  await writer.release()
  return { records, incidents, severities: new Set(incidents.map(({ severity }) => severity)), metrics: state }
}

/** A line of `notifications.ndjson`: exactly what would have been sent, but for secrets and signatures. */
function notificationDocument(notification: Notification, { receivers }: RoutesConfig): object {
  const { at, receiver, incident, action } = notification
  const config = receivers.find(({ name }) => name === receiver)
  const request = config === undefined ? null : render(config, notification, secretPlaceholder)
  return {
    schema_version: SCHEMA_VERSION,
    at: iso(at),
    receiver,
    incident,
    action,
    reason: notification.reason,
    request:
      request === null
        ? null
        : { method: request.method, url: request.url, headers: request.headers, body: bodyOf(request.body) },
  }
}

/** JSON bodies as JSON, so that a reader can ask for what is in them; text as text. */
function bodyOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
