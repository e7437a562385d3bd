import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { freePort } from '../free-port.ts'
import { createServerProcess, endWith } from '../server-process.ts'
import { until } from '../until.ts'
import { kafkaJars } from './jars.ts'

/** A Kafka broker of one's own: stopped and started again, it has the same addresses and topics. */
export interface KafkaBroker {
  /** Its addresses on 127.0.0.1: without a word, with user and password (SASL), with TLS. */
  readonly plain: string
  readonly sasl: string
  readonly tls: string
  /** The certificate that signs itself, for clients of `tls`. */
  readonly certificate: string
  readonly log: string
  /** The folder in which it keeps each partition's log. */
  readonly data: string
  start(): Promise<void>
  /** As an operator would. */
  stop(): Promise<void>
  /** As a crash would. */
  kill(): Promise<void>
  /** Holds it, as a machine without memory does: connections stay open and nothing is answered. `false`: it goes on. */
  hold(isHeld: boolean): void
  /** Stops it and removes its files. */
  remove(): Promise<void>
}

/** What the broker knows of its user: see server.properties. */
export const KAFKA_USER = { username: 'assay', password: 'assay-secret' } as const

/** A JVM that starts soon and stays small. */
const SMALL = ['-Xms96m', '-Xmx400m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** For benches: as Kafka's own script starts it. */
export const FAST: readonly string[] = ['-Xms1g', '-Xmx1g', '-XX:+UseG1GC']

/** Starts a broker. It ends at the latest with the process `user`, however that one ends; then the folder `left` goes as well. */
export async function createKafkaBroker({
  jvm = SMALL,
  user = process.pid,
  left = null,
}: {
  jvm?: readonly string[]
  user?: number
  left?: string | null
} = {}): Promise<KafkaBroker> {
  const classpath = join(await kafkaJars(), '*')
  const folder = mkdtempSync(join(tmpdir(), 'assay-kafka-'))
  const certificate = makeCertificate(folder)
  const properties = join(folder, 'server.properties')
  const names = ['plain', 'sasl', 'tls', 'controller'] as const
  const [plain = 0, sasl = 0, tls = 0, controller = 0] = await Promise.all(names.map(() => freePort()))
  const values: Record<string, string | number> = { plain, sasl, tls, controller, folder, data: join(folder, 'data') }
  const template = readFileSync(join(import.meta.dirname, 'server.properties'), 'utf8')
  writeFileSync(
    properties,
    template.replace(/\$\{(\w+)\}/g, (_, name: string) => String(values[name])),
  )
  const { username, password } = KAFKA_USER
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${username},password=${password}]`,
  ])
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
  await promisify(execFile)('java', [
    ...SMALL,
    '-cp',
    classpath,
    'kafka.tools.StorageTool',
    'format',
    ...[`--cluster-id=${id}`, '-c', properties, ...scram], // in one word: an id may begin with a dash
  ])
  const log = join(folder, 'broker.log')
  const server = createServerProcess(launch)

  async function start(): Promise<void> {
    await until(
      `Kafka to answer (its log: ${log})`,
      async () => {
        server.launched()
        return answers(plain)
      },
      60_000,
    )
  }

  function launch(): ChildProcess {
    const output = openSync(log, 'a')
    const child = spawn('java', [...jvm, '-cp', classpath, 'kafka.Kafka', properties], {
      stdio: ['ignore', output, output],
      detached: true,
    })
    closeSync(output)
    writeFileSync(join(folder, 'pid'), String(child.pid))
    return child
  }

  await start()
  endWith(user, { folders: [folder, ...(left === null ? [] : [left])], pidFile: join(folder, 'pid'), signal: 'KILL' })
  return {
    plain: `127.0.0.1:${plain}`,
    sasl: `127.0.0.1:${sasl}`,
    tls: `127.0.0.1:${tls}`,
    certificate,
    log,
    data: join(folder, 'data'),
    start,
    stop: () => server.end('SIGTERM'),
    kill: () => server.end('SIGKILL'),
    hold: (isHeld) =>
      void process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), isHeld ? 'SIGSTOP' : 'SIGCONT'),
    async remove() {
      await server.end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A certificate for 127.0.0.1 that signs itself; the key goes into the broker's folder. */
function makeCertificate(folder: string): string {
  const key = join(folder, 'key.pem')
  const file = join(folder, 'certificate.pem')
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', file],
    ],
    { stdio: 'pipe' },
  )
  const certificate = readFileSync(file, 'utf8')
  writeFileSync(join(folder, 'broker.pem'), readFileSync(key, 'utf8') + certificate)
  return certificate
}

/** Whether it leads its own partitions yet: the socket is open before. */
async function answers(port: number): Promise<boolean> {
  if (!(await isOpen(port))) return false
  const admin = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
  }).admin()
  try {
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    return brokers.length > 0
  } catch {
    return false
  } finally {
    await admin.disconnect()
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}
