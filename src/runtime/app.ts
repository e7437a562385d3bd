import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { SECOND } from '../model/time.ts'
import { createMetrics } from '../report/metrics/registry.ts'
import { createServer } from '../serve/server.ts'
import type { ReloadStatus } from '../serve/status.ts'
import { writeNote } from '../store/notes.ts'
import { createAfterRound } from './after-round.ts'
import { createChanges } from './changes.ts'
import { type Configuration, DAEMON_NOTE, type Daemon, type DaemonDeps, type DaemonNote } from './daemon.ts'
import { daemonStatus } from './daemon-status.ts'
import { startDelivery } from './deliver.ts'
import { createEvaluateLoop } from './evaluate-loop.ts'
import { createInForce } from './in-force.ts'
import { holdStore } from './held-store.ts'
import { createLifetime } from './lifetime.ts'
import { createEmitters } from './lineage/emitters.ts'
import { startLineage } from './lineage/lineage.ts'
import { createReload } from './reload.ts'
import { keepRetention } from './retention.ts'
import { readRunbook } from './runbooks.ts'
import { required, storeConfigOf, writeKeysOf } from './secrets.ts'
import { keepMonths } from './scorecard/monthly.ts'
import { createScorecards } from './scorecard/remembered.ts'
import { createSourceSet } from './source-set.ts'
import { createSource } from './sources.ts'
import { watchWaiting } from './waiting.ts'
import { traceAttempts } from './tracing/delivery.ts'
import { startTraces } from './tracing/start.ts'
import { createTableSet } from './tables/table-set.ts'
import { createWarehouse } from './tables/warehouses.ts'

/** Starts everything: store, evaluator, sources, HTTP, delivery. Throws a `Failure` with nothing left behind where it can't. */
export async function startDaemon(deps: DaemonDeps): Promise<Daemon> {
  const { env, now, log } = deps
  const startedAt = now()
  const assay = deps.configuration.project.assay.value
  const publicUrl = assay.http.public_url ?? null
  const inForce = createInForce(deps.configuration, {
    env,
    write: deps.write,
    now,
    url: publicUrl ?? 'http://localhost',
  })
  const { plan, project } = inForce
  const routes = () => project().routes.value
  const lifetime = createLifetime()
  const { stopping, broke } = lifetime

  try {
    const token = assay.http.token === undefined ? null : required(assay.http.token, 'http.token', env)
    const { db, writer } = await holdStore(storeConfigOf(assay.store, project().root, env, resolve), lifetime)

    const metrics = createMetrics({ version: deps.version, withProcess: true })
    const changes = createChanges()
    const traces = await startTraces(assay.telemetry.traces, {
      env,
      log,
      process: { version: deps.version, environment: assay.environment, host: hostname(), pid: deps.pid },
      onSpans: metrics.recordSpans,
    })
    lifetime.atStop(traces.close)
    metrics.prepare(plan(), inForce.receiverNames())

    const rhythm = (source: string) => sources.rhythm(source) ?? tables.rhythm(source)
    const afterRound = createAfterRound({
      db,
      plan,
      metrics,
      rhythm,
      troubles: () => tables.troubles(),
      tracing: traces.tracing,
      tellLineage: (...round) => lineage.round(...round),
      onNotifications: () => delivery.wake(),
      onJudged: changes.tell,
      now,
      log,
    })
    const loop = createEvaluateLoop({
      db,
      holder: `${hostname()}:${deps.pid}`,
      plan,
      routes,
      publicUrl,
      now,
      log,
      tracing: traces.tracing,
      onLead: (leads) => {
        if (leads) {
          delivery.wake()
          tables.wake()
        } else {
          afterRound.forget()
          lineage.forget()
        }
      },
      onRound: afterRound.onRound,
    })

    const { emitters, disabled } = createEmitters(assay.telemetry.lineage, { env, root: project().root, now })
    const lineage = startLineage({
      db,
      emitters,
      disabled,
      plan,
      addresses: inForce.addresses,
      now,
      log,
      version: deps.version,
      onOutcome: metrics.recordLineage,
    })
    lifetime.atStop(() => lineage.stop(500))

    const delivery = startDelivery(db, {
      receivers: inForce.receivers,
      leads: loop.leads,
      now,
      log,
      during: traceAttempts(traces.tracing),
      onOutcome: (receiver, outcome) => metrics.recordNotification(receiver, outcome),
    })
    lifetime.atStop(() => delivery.stop(1_000))
    lifetime.keep(watchWaiting(db, { leads: loop.leads, receivers: inForce.receiverNames, metrics }, stopping))

    const writeKeys = writeKeysOf(assay.http.write_keys, env)
    const sources = createSourceSet({
      make: (config) => {
        const { root, configFile } = project()
        return createSource(config, {
          plan,
          root,
          configFile,
          now,
          env,
          log,
          writeKeys,
          instance: `slot-${writer.slot}`,
        })
      },
      ingest: {
        db,
        writer,
        plan,
        judged: loop.settled,
        tracing: traces.tracing,
        onCommit: (source, observed, records) => {
          const oldest = records[0]?.arrivedAt ?? null
          const ingestDelay = oldest === null ? null : Math.max(0, now() - oldest)
          metrics.recordCommit(plan(), { ...observed, source, ingestDelay })
          if (records.length > 0) changes.tell()
          loop.wake()
        },
      },
      onHorizon: metrics.recordHorizon,
      log,
      onBroken: broke,
      stopping,
    })
    for (const config of assay.sources) sources.add(config)
    const tables = createTableSet({
      db,
      writer,
      plan,
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
      stopping,
      tracing: traces.tracing,
    })
    const { reload, last: lastReload } = createReload({
      reread: deps.reread,
      inForce,
      use,
      write: writeDaemonNote,
      onReload: (ok) => {
        metrics.recordReload(ok)
        changes.tell()
      },
      now,
      log,
    })
    const status = () =>
      daemonStatus({
        version: deps.version,
        startedAt,
        inForce,
        sources,
        afterRound,
        telemetry: () => [traces.status(), ...lineage.status()],
        lastReload,
      })
    const server = createServer({
      db,
      plan,
      addresses: inForce.addresses,
      status,
      metrics: () => {
        afterRound.tellDelays()
        metrics.recordStreams(sources.figures())
        return metrics.text()
      },
      collectors: sources.routers(),
      http: {
        host: assay.http.host,
        port: deps.port ?? assay.http.port,
        token,
        publicUrl,
      },
      now,
      changes,
      runbook: (path) => readRunbook(project().root, path),
      scorecard: createScorecards(db, plan, now),
      report: (error) =>
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'a request failed'),
    })
    const { url } = await server.listen()
    inForce.reachedAt(publicUrl ?? url)
    lifetime.atStop(() => server.close())

    const judging = lifetime.watch(loop.run(stopping))
    sources.start()
    await tables.use(assay.warehouses, assay.timezone)
    lifetime.atStop(() => tables.ended())
    lifetime.atStop(() => Promise.all([judging, sources.ended()]))
    const { leads, assertLeads } = loop
    lifetime.keep(keepRetention({ db, project, watermarks: afterRound.watermarks, leads, now, log }, stopping))
    const onPosted = () => delivery.wake()
    lifetime.keep(keepMonths({ db, plan, routes, publicUrl, leads, assertLeads, now, log, onPosted }, stopping))
    await writeDaemonNote(null)

    async function use(configuration: Configuration): Promise<void> {
      inForce.use(configuration)
      const { sources: streams, warehouses, timezone } = project().assay.value
      sources.swap(streams)
      afterRound.replan()
      metrics.prepare(plan(), inForce.receiverNames())
      loop.reopen()
      delivery.wake()
      // Last: a statement that is under way is waited for, and the judge must not go by the old plan meanwhile.
      await tables.use(warehouses, timezone)
      tables.wake()
    }

    async function writeDaemonNote(lastOne: ReloadStatus | null): Promise<void> {
      const note: DaemonNote = { pid: deps.pid, host: hostname(), url, reload: lastOne }
      await db.transaction((sql) => writeNote(sql, DAEMON_NOTE, note))
    }

    return { url, status, reload, broken: lifetime.broken, stop: lifetime.stop }
  } catch (error) {
    await lifetime.stop()
    throw error
  }
}
