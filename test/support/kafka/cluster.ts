import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../free-port.ts'
import { endWith } from '../server-process.ts'
import { kafkaJars } from './jars.ts'

/** Several brokers that keep copies of each other's partitions; each is a controller as well. */
export interface KafkaCluster {
  /** Their addresses, by node: node 1 is the first. */
  readonly brokers: readonly string[]
  /** The folder of their logs, one a node. */
  readonly logs: string
  readonly start: (node: number) => void
  /** As a crash would. */
  readonly kill: (node: number) => Promise<void>
  /** Stops them and removes their files. */
  readonly remove: () => Promise<void>
}

/** A JVM that starts soon and stays small: three of them share a machine. */
const SMALL = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** What its log says, it says with the time. */
const TIMED = [
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
  '-Dorg.slf4j.simpleLogger.showThreadName=false',
]

/** Makes a cluster and starts its nodes; whoever uses it waits until they answer. */
export async function createKafkaCluster(nodes: number): Promise<KafkaCluster> {
  const classpath = join(await kafkaJars(), '*')
  const folder = mkdtempSync(join(tmpdir(), 'assay-cluster-'))
  const ports = await Promise.all(
    Array.from({ length: nodes }, async () => ({ plain: await freePort(), controller: await freePort() })),
  )
  const voters = ports.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`).join(',')
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
  const fileOf = (node: number): string => join(folder, `${node}.properties`)
  const running = new Map<number, ChildProcess>()

  for (const [index, { plain, controller }] of ports.entries()) {
    const node = index + 1
    mkdirSync(join(folder, String(node)))
    writeFileSync(
      fileOf(node),
      propertiesOf({ node, plain, controller, voters, data: join(folder, String(node), 'data') }),
    )
    await promisify(execFile)('java', [
      ...SMALL,
      ...['-cp', classpath, 'kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', fileOf(node)],
    ])
  }

  function start(node: number): void {
    const output = openSync(join(folder, `${node}.log`), 'a')
    const stdio = ['ignore', output, output] as const
    const child = spawn('java', [...SMALL, ...TIMED, '-cp', classpath, 'kafka.Kafka', fileOf(node)], {
      stdio: [...stdio],
    })
    closeSync(output)
    running.set(node, child)
    writeFileSync(join(folder, String(node), 'pid'), String(child.pid))
  }

  async function kill(node: number): Promise<void> {
    const child = running.get(node)
    running.delete(node)
    if (child === undefined || child.exitCode !== null) return
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await ended
  }

  for (let node = 1; node <= nodes; node++) {
    start(node)
    const own = join(folder, String(node))
    endWith(process.pid, { folders: [own], pidFile: join(own, 'pid'), signal: 'KILL' })
  }
  return {
    brokers: ports.map(({ plain }) => `127.0.0.1:${plain}`),
    logs: folder,
    start,
    kill,
    remove: async () => {
      await Promise.all([...running.keys()].map(kill))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Node {
  readonly node: number
  readonly plain: number
  readonly controller: number
  readonly voters: string
  readonly data: string
}

/** A record is acknowledged once two of three have it; a node that says nothing for three seconds is out. */
function propertiesOf({ node, plain, controller, voters, data }: Node): string {
  return `process.roles=broker,controller
node.id=${node}
controller.quorum.voters=${voters}
listeners=PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${plain}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=${data}
auto.create.topics.enable=false
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=3
transaction.state.log.num.partitions=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
replica.lag.time.max.ms=3000
`
}
