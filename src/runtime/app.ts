import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Receiver } from '../alert/receivers/receiver.ts'
import { Failure } from '../model/failure.ts'
import { DAY, type Instant, MINUTE, SECOND } from '../model/time.ts'
import { createMetrics, type Metrics } from '../report/metrics/registry.ts'
import { createServer } from '../serve/server.ts'
import type { DaemonStatus, ReloadStatus } from '../serve/status.ts'
import { claimStore, takeWriter } from '../store/leases.ts'
import { writeNote } from '../store/notes.ts'
import { openStore } from '../store/open.ts'
import { applyRetention } from '../store/retention.ts'
import { addressesOf } from './addresses.ts'
import { createBehindWatch } from './behind.ts'
import { createChanges } from './changes.ts'
import { DAEMON_NOTE, type Daemon, type DaemonDeps, type DaemonNote } from './daemon.ts'
import { createDelays } from './delays.ts'
import { startDelivery } from './deliver.ts'
import { createEvaluateLoop } from './evaluate-loop.ts'
import type { Evaluation, Evaluator } from './evaluate/evaluator.ts'
import type { Watermark } from './evaluate/watermark.ts'
import { eventGauges } from './gauges.ts'
import { keepWriter } from './keep-writer.ts'
import { createEmitters } from './lineage/emitters.ts'
import { startLineage } from './lineage/lineage.ts'
import { readRunbook } from './runbooks.ts'
import { needsRestart } from './needs-restart.ts'
import { createReceivers } from './receivers.ts'
import { every } from './repeat.ts'
import { required, storeConfigOf, writeKeysOf } from './secrets.ts'
import { createMonthly } from './scorecard/monthly.ts'
import { createScorecards } from './scorecard/remembered.ts'
import { createRetentionClock } from './retention-clock.ts'
import { createSourceSet } from './source-set.ts'
import { createSource } from './sources.ts'
import { stopAll } from './stop-all.ts'
import { watchWaiting } from './waiting.ts'
import { traceAttempts } from './tracing/delivery.ts'
import { within } from './tracing/scope.ts'
import { startTraces } from './tracing/start.ts'
import { standstillsOf } from './tables/standstills.ts'
import { createTableSet } from './tables/table-set.ts'
import { createWarehouse } from './tables/warehouses.ts'

const RETENTION_EVERY = MINUTE
/** How soon after its hour a scorecard is frozen or posted. */
const MONTHLY_EVERY = 10 * SECOND

/** Starts everything: store, evaluator, sources, HTTP, delivery. Throws a `Failure` with nothing left behind where it can't. */
export async function startDaemon(deps: DaemonDeps): Promise<Daemon> {
  const { env, now, log } = deps
  let { project, plan } = deps.configuration
  const startedAt = now()
  const assay = project.assay.value
  const cleanUp: (() => Promise<unknown> | unknown)[] = []
  const stopping = new AbortController()
  let broke: (error: unknown) => void = () => undefined
  const broken = new Promise<never>((_resolve, reject) => {
    broke = reject
  })
  broken.catch(() => undefined)

  try {
    const token = assay.http.token === undefined ? null : required(assay.http.token, 'http.token', env)
    const storeConfig = storeConfigOf(assay.store, project.root, env, resolve)
    const db = await openStore(storeConfig)
    cleanUp.push(() => db.close())
    const claim = await claimStore(db, storeConfig.type === 'sqlite' ? storeConfig.path : 'in Postgres')
    cleanUp.push(() => claim.release())
    const writer = await takeWriter(db)
    cleanUp.push(() => writer.release())
    const keeping = keepWriter(db, writer, stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) broke(error)
    })
    cleanUp.push(() => keeping)

    const metrics = createMetrics({ version: deps.version, withProcess: true })
    const changes = createChanges()
    const traces = await startTraces(assay.telemetry.traces, {
      env,
      log,
      process: { version: deps.version, environment: assay.environment, host: hostname(), pid: deps.pid },
      onSpans: metrics.recordSpans,
    })
    cleanUp.push(traces.close)
    let receivers = createReceivers(project.routes.value, { env, write: deps.write, now })
    metrics.prepare(
      plan,
      receivers.map(({ name }) => name),
    )

    let lastReload: ReloadStatus | null = null
    let judgedUntil: Instant | null = null
    let watermarks: ReadonlyMap<string, Watermark> = new Map()
    const rhythm = (source: string) => sources.rhythm(source) ?? tables.rhythm(source)
    const delays = createDelays(metrics, rhythm)
    metrics.recordRound(startedAt)
    const behind = createBehindWatch(rhythm)
    const loop = createEvaluateLoop({
      db,
      holder: `${hostname()}:${deps.pid}`,
      plan: () => plan,
      routes: () => project.routes.value,
      publicUrl: assay.http.public_url ?? null,
      now,
      log,
      tracing: traces.tracing,
      onLead: (leads) => {
        if (leads) {
          delivery.wake()
          tables.wake()
        } else {
          metrics.forgetVerdicts()
          delays.forget()
          lineage.forget()
        }
      },
      onRound: async (evaluator, evaluation, took) => {
        watermarks = evaluator.accounts.watermarks()
        for (const { change, incident } of evaluation.changes) {
          const { id, severity, domain, event } = incident
          const said = () => log.info({ incident: id, severity, domain, event }, `incident ${change}`)
          within(traces.tracing.incidents.get(id), said)
        }
        delays.moved(watermarks)
        metrics.recordRound(now())
        const late = behind.look(watermarks, now())
        const aboutAssay = await evaluator.fallBehind(late, now(), standstillsOf(late, tables.troubles()))
        if (evaluation.notifications.length > 0 || aboutAssay) delivery.wake()
        lineage.round(evaluator, evaluation, evaluation.judged > 0 || aboutAssay)
        if (evaluation.judged === 0 && evaluation.changes.length === 0 && !aboutAssay) return
        const ends = [...evaluator.newest().values()].map(({ verdict }) => verdict.at)
        if (ends.length > 0) judgedUntil = Math.max(judgedUntil ?? 0, ...ends)
        await recordJudged(metrics, evaluator, evaluation, took, judgedUntil ?? now())
        changes.tell()
      },
    })

    const { emitters, disabled } = createEmitters(assay.telemetry.lineage, { env, root: project.root, now })
    let addresses = addressesOf(project, assay.http.public_url ?? 'http://localhost', env)
    const lineage = startLineage({
      db,
      emitters,
      disabled,
      plan: () => plan,
      addresses: () => addresses,
      now,
      log,
      version: deps.version,
      onOutcome: metrics.recordLineage,
    })
    cleanUp.push(() => lineage.stop(500))

    const delivery = startDelivery(db, {
      receivers: () => receivers,
      leads: loop.leads,
      now,
      log,
      during: traceAttempts(traces.tracing),
      onOutcome: (receiver, outcome) => metrics.recordNotification(receiver, outcome),
    })
    cleanUp.push(() => delivery.stop(1_000))
    const names = () => receivers.map(({ name }) => name)
    const waiting = watchWaiting(db, { leads: loop.leads, receivers: names, metrics }, stopping.signal)
    waiting.catch(broke)
    cleanUp.push(() => waiting)

    async function recordJudged(
      to: Metrics,
      evaluator: Evaluator,
      evaluation: Evaluation,
      took: number,
      at: Instant,
    ): Promise<void> {
      to.recordEvaluation({
        at,
        verdicts: [...evaluator.newest().values()].map(({ verdict }) => verdict),
        judged: [...evaluation.counted].map(([slo, sum]) => ({ slo, ...sum })),
        openIncidents: evaluator.openIncidents(),
        ...(await eventGauges(db, plan, evaluator.accounts, at)),
        duration: took / SECOND,
      })
    }

    const writeKeys = writeKeysOf(assay.http.write_keys, env)
    const sources = createSourceSet({
      make: (config) => {
        if (config.type === 'http' && writeKeys.disabled !== null) return { disabled: writeKeys.disabled }
        const instance = `slot-${writer.slot}`
        return createSource(config, {
          plan: () => plan,
          root: project.root,
          now,
          env,
          log,
          writeKeys: writeKeys.keys,
          instance,
        })
      },
      ingest: {
        db,
        writer,
        plan: () => plan,
        judged: loop.settled,
        tracing: traces.tracing,
        onCommit: (source, observed, records) => {
          const oldest = records[0]?.arrivedAt ?? null
          const ingestDelay = oldest === null ? null : Math.max(0, now() - oldest) / SECOND
          metrics.recordCommit(plan, { ...observed, source, ingestDelay })
          if (records.length > 0) changes.tell()
          loop.wake()
        },
      },
      onHorizon: metrics.recordHorizon,
      log,
      onBroken: broke,
      stopping: stopping.signal,
    })
    for (const config of assay.sources) sources.add(config)
    const tables = createTableSet({
      db,
      writer,
      plan: () => plan,
      make: (config) => createWarehouse(config, env),
      leads: loop.leads,
      now,
      log,
      onCommit: () => {
        changes.tell()
        loop.wake()
      },
      onPass: (warehouse, took) => metrics.recordPass(warehouse, took / SECOND, tables.troubles()),
      onBroken: broke,
      stopping: stopping.signal,
      tracing: traces.tracing,
    })
    const server = createServer({
      db,
      plan: () => plan,
      addresses: () => addresses,
      status,
      metrics: () => {
        delays.tell(now())
        metrics.recordStreams(sources.figures())
        return metrics.text()
      },
      collectors: sources.routers(),
      http: {
        host: assay.http.host,
        port: deps.port ?? assay.http.port,
        token,
        publicUrl: assay.http.public_url ?? null,
      },
      now,
      changes,
      runbook: (path) => readRunbook(project.root, path),
      scorecard: createScorecards(db, () => plan, now),
      report: (error) =>
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'a request failed'),
    })
    const { url } = await server.listen()
    const reachedAt = assay.http.public_url ?? url
    addresses = addressesOf(project, reachedAt, env)
    cleanUp.push(() => server.close())

    const judging = loop.run(stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) broke(error)
    })
    sources.start()
    await tables.use(assay.warehouses, assay.timezone)
    cleanUp.push(() => tables.ended())
    cleanUp.push(() => Promise.all([judging, sources.ended()]))
    const retentionClock = createRetentionClock()
    const retention = every(RETENTION_EVERY, stopping.signal, async () => {
      if (!loop.leads()) return
      const { minutes, hours, quarantine } = project.assay.value.retention
      await applyRetention(db, retentionClock.at(watermarks, now()), {
        minutes,
        hours,
        quarantine,
        duplicates: Math.max(DAY, ...project.assay.value.sources.map((one) => one.duplicates_horizon)),
      }).catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error
        log.warn({ code: error.code }, `retention is put off: ${error.message}`)
      })
    })
    cleanUp.push(() => retention)
    const monthly = createMonthly({
      db,
      plan: () => plan,
      routes: () => project.routes.value,
      publicUrl: assay.http.public_url ?? null,
      leads: loop.leads,
      assertLeads: loop.assertLeads,
      now,
      log,
      onPosted: () => delivery.wake(),
    })
    const lookingAtMonths = every(MONTHLY_EVERY, stopping.signal, monthly.look)
    cleanUp.push(() => lookingAtMonths)
    await writeDaemonNote()

    function status(): DaemonStatus {
      return {
        version: deps.version,
        startedAt,
        notReady: sources.notReady(),
        sources: plan.sources.map(({ id, type }) => ({
          id,
          type,
          ...sources.state(id),
          watermark: watermarks.get(id)?.at ?? null,
        })),
        receivers: receivers.map(({ name, type, disabled: why }) => ({ name, type, disabled: why })),
        telemetry: [traces.status(), ...lineage.status()],
        lastReload,
        judgedUntil,
        rulesFolder: project.rulesFolder,
      }
    }

    async function writeDaemonNote(): Promise<void> {
      const note: DaemonNote = { pid: deps.pid, host: hostname(), url, reload: lastReload }
      await db.transaction((sql) => writeNote(sql, DAEMON_NOTE, note))
    }

    async function reload(): Promise<ReloadStatus> {
      const read = readAnew()
      if (read.configuration === null) {
        lastReload = { at: now(), ok: false, problems: read.problems }
        metrics.recordReload(false)
        log.error(
          { problems: read.problems.length },
          `the new configuration is not used, the old one stays: ${read.problems[0] ?? ''}`,
        )
      } else {
        const later = needsRestart(project, read.configuration.project)
        project = read.configuration.project
        plan = read.configuration.plan
        addresses = addressesOf(project, reachedAt, env)
        receivers = createReceivers(project.routes.value, { env, write: deps.write, now })
        sources.swap(project.assay.value.sources)
        await tables.use(project.assay.value.warehouses, project.assay.value.timezone)
        tables.wake()
        metrics.forgetVerdicts()
        metrics.prepare(
          plan,
          receivers.map(({ name }: Receiver) => name),
        )
        metrics.recordReload(true)
        loop.reopen()
        delivery.wake()
        lastReload = { at: now(), ok: true, problems: later }
        log.info({ slos: plan.slos.length, events: plan.events.size }, 'the configuration was read again')
      }
      changes.tell()
      await writeDaemonNote().catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error
        log.warn({ code: error.code }, `what came of the reload can't be written down: ${error.message}`)
      })
      return lastReload
    }

    /** A file may vanish or be locked away while it is read. */
    function readAnew(): ReturnType<DaemonDeps['reread']> {
      try {
        return deps.reread()
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error)
        return { configuration: null, problems: [`the configuration cannot be read: ${said}`] }
      }
    }

    return {
      url,
      status,
      reload,
      broken,
      stop: () => stopAll(stopping, cleanUp),
    }
  } catch (error) {
    await stopAll(stopping, cleanUp)
    throw error
  }
}
