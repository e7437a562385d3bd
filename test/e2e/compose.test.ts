import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { freePort } from '../support/free-port.ts'
import { kafkaJars } from '../support/kafka/jars.ts'
import { createTopic } from '../support/kafka.ts'
import { createPostgresServer, type PostgresServer, postgresPrograms } from '../support/postgres-server.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const COMPOSE = join(ROOT, 'examples', 'compose')
const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Readonly<Record<string, { environment: Readonly<Record<string, string | number>> }>>
}

/** A process of the tour, and what it has printed. */
interface Process {
  readonly child: ChildProcess
  readonly output: () => string
  readonly end: () => Promise<void>
}

function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Process {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text))
  return {
    child,
    output: () => output,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await ended
    },
  }
}

// Every file of the compose set-up but Grafana's, run by the programs themselves, since there is no Docker engine to run it.
describe.skipIf(!THOROUGH)('the tour of docker-compose.yml (minutes long: with ASSAY_REQUIRE=all)', () => {
  let folder: TemporaryFolder
  let postgres: PostgresServer
  let kafka: Process
  let broker: string
  let pager: Process
  let assay: RunningAssay
  const processes: Process[] = []

  beforeAll(async () => {
    folder = temporaryFolder()
    const programs = postgresPrograms()
    if (programs === null) throw new Error('no Postgres')
    ;[postgres, { kafka, broker }] = await Promise.all([warehouse(programs), composeKafka(folder)])
    processes.push(kafka)
    await until(
      'Kafka to take a topic',
      () =>
        createTopic(broker, 'tracking.events', { config: { 'message.timestamp.type': 'LogAppendTime' } }).then(
          () => true,
          () => null,
        ),
      90_000,
    )
    const port = await freePort()
    pager = start(process.execPath, [join(COMPOSE, 'pager.mjs')], { PORT: String(port) })
    processes.push(pager)
    assay = await startAssay(projectFor(folder, broker), {
      env: {
        ASSAY_DATABASE_URL: `postgres://assay_daemon:assay@127.0.0.1:${postgres.port}/assay`,
        WAREHOUSE_URL: `postgres://assay_reader:reader@127.0.0.1:${postgres.port}/wh`,
        WEB_WRITE_KEY: 'web-key',
        PD_ROUTING_KEY: String(services['assay']?.environment['PD_ROUTING_KEY']).slice(-33, -1),
        PD_URL: `http://127.0.0.1:${port}/v2/enqueue`,
      },
    })
  }, 120_000)
  afterAll(async () => {
    await assay?.stop()
    for (const each of processes.reverse()) await each.end()
    await postgres?.remove()
    folder?.remove()
  }, 60_000)

  it('a broken release is paged, with its cause, while the table stays right', async () => {
    const shop = (env: Readonly<Record<string, string>>): Process => {
      const producer = start(process.execPath, [join(COMPOSE, 'producer.mjs')], {
        KAFKA_BROKERS: broker,
        WAREHOUSE_WRITER_URL: `postgres://shop:shop@127.0.0.1:${postgres.port}/wh`,
        EVENTS_PER_SECOND: '20',
        ...env,
      })
      processes.push(producer)
      return producer
    }
    shop({ RELEASE: 'good' })
    shop({ RELEASE: 'broken' })
    // It is printed line by line.
    await until('the page', () => /TRIGGER[\s\S]*likely cause: for example .*\n/.test(pager.output()), 240_000)
    expect(pager.output()).toMatch(/TRIGGER \S+\n {2}critical: .*Order Completed/)
    expect(pager.output()).toMatch(/likely cause: 100 % of the violations come from .*4\.3\.0/)
    expect(pager.output()).toMatch(/likely cause: for example .*android/)
    const token = readFileSync(join(COMPOSE, 'secrets', 'assay-token'), 'utf8').trim()
    const read = async (path: string): Promise<unknown> =>
      (await fetch(`${assay.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).json()
    const { slos } = await until(
      'the table to be judged',
      async () => {
        const answer = (await read('/api/v1/slos')) as { slos: { name: string; outcome: string; total: number }[] }
        return answer.slos.some(({ name, total }) => name === 'orders-table-completeness' && total > 0) ? answer : null
      },
      240_000,
    )
    const outcome = (name: string) => slos.find((slo) => slo.name === name)?.outcome
    expect(outcome('orders-table-completeness')).toBe('met')
    expect(outcome('order-completed-validity')).toBe('violated')
  }, 600_000)

  it('Prometheus takes its configuration and its rules', () => {
    const copy = join(folder.path, 'prometheus.yml')
    const token = join(folder.path, 'assay-token')
    mkdirSync(join(folder.path, 'rules'), { recursive: true })
    cpSync(join(COMPOSE, 'alerts', 'prometheus'), join(folder.path, 'rules'), { recursive: true })
    writeFileSync(token, 'look-around')
    writeFileSync(
      copy,
      readFileSync(join(COMPOSE, 'prometheus.yml'), 'utf8').replace('/run/secrets/assay-token', token),
    )
    expect(execFileSync('promtool', ['check', 'config', copy], { encoding: 'utf8' })).toMatch(
      /SUCCESS: \d+ rules found/,
    )
  })
})

/** Postgres after `init.sql`, which psql would send statement by statement. */
async function warehouse(programs: string): Promise<PostgresServer> {
  const server = await createPostgresServer(programs)
  const [first = '', second = ''] = readFileSync(join(COMPOSE, 'postgres', 'init.sql'), 'utf8').split('\\connect wh\n')
  for (const [database, text] of [
    ['postgres', first],
    ['wh', second],
  ] as const) {
    const client = new pg.Client(`postgres://assay@127.0.0.1:${server.port}/${database}`)
    await client.connect()
    for (const statement of text.split(/;\n/))
      if (statement.replace(/^--.*$/gm, '').trim() !== '') await client.query(statement)
    await client.end()
  }
  return server
}

/** A broker set up by the compose file's environment as the image maps it: `_` for a dot; its addresses are those of this machine. */
async function composeKafka(folder: TemporaryFolder): Promise<{ kafka: Process; broker: string }> {
  const { CLUSTER_ID: id = '', ...environment } = services['kafka']?.environment ?? {}
  const [internal, external, controller] = [await freePort(), await freePort(), await freePort()]
  const here = (value: string): string =>
    value
      .replace(/(?<=kafka:|:\/\/:)9092/g, String(internal))
      .replace(/(?<=localhost:|:\/\/:)29092/g, String(external))
      .replace(/(?<=kafka:|:\/\/:)9093/g, String(controller))
      .replaceAll('kafka:', '127.0.0.1:')
      .replaceAll('localhost:', '127.0.0.1:')
      .replaceAll('://:', '://127.0.0.1:')
      .replace('/var/lib/kafka/data', join(folder.path, 'kafka'))
  const lines = Object.entries(environment).map(
    ([name, value]) =>
      `${name
        .replace(/^KAFKA_/, '')
        .toLowerCase()
        .replaceAll('_', '.')}=${here(String(value))}`,
  )
  const properties = join(folder.path, 'server.properties')
  writeFileSync(properties, `${lines.join('\n')}\n`)
  const classpath = join(await kafkaJars(), '*')
  execFileSync('java', ['-cp', classpath, 'kafka.tools.StorageTool', 'format', '-t', String(id), '-c', properties], {
    stdio: 'pipe',
  })
  const kafka = start('java', ['-Xmx400m', '-cp', classpath, 'kafka.Kafka', properties])
  return { kafka, broker: `127.0.0.1:${external}` }
}

/** The project as it is mounted, with this machine's addresses. */
function projectFor(folder: TemporaryFolder, broker: string): string {
  for (const part of ['rules', 'alerts']) cpSync(join(COMPOSE, part), join(folder.path, part), { recursive: true })
  const config = join(folder.path, 'rules/assay.yaml')
  const text = readFileSync(config, 'utf8')
    .replace('kafka:9092', broker)
    .replace('host: 0.0.0.0', 'host: 127.0.0.1')
    .replace('/run/secrets/assay-token', join(COMPOSE, 'secrets', 'assay-token'))
  writeFileSync(config, text)
  return config
}
