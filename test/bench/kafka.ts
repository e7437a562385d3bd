import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startAssay } from '../support/daemon.ts'
import { createKafkaBroker, FAST } from '../support/kafka/broker.ts'
import { createTopic, kafkaClient } from '../support/kafka.ts'
import { writeProject } from '../support/project.ts'
import { until } from '../support/until.ts'
import type { Figure } from './figure.ts'
import { contractYaml, segmentEvent } from './segment-event.ts'

const EVENTS = 400_000
const PARTITIONS = 4
const ROUNDS = 2
const TOPIC = 'events'

interface Run {
  readonly milliseconds: number
  /** Of its processor, over the same time. */
  readonly cpu: number
  readonly megabytes: number
}

/** `assay run` that reads a topic into SQLite, beside a bare loop that parses and validates what kafkajs hands it. */
export async function bench(): Promise<Figure[]> {
  const broker = await createKafkaBroker({ jvm: FAST })
  try {
    await fill(broker.plain)
    const bare: Run[] = []
    const assay: Run[] = []
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(runBare(broker.plain))
      assay.push(await runAssay(broker.plain, round))
    }
    const rate = (runs: readonly Run[]): number =>
      Math.round((EVENTS * 1_000) / Math.min(...runs.map(({ milliseconds }) => milliseconds)))
    // On cores that others use too this says more than the rate.
    const perMillion = (runs: readonly Run[]): number =>
      Math.round((Math.min(...runs.map(({ cpu }) => cpu)) * 100_000) / EVENTS) / 100
    const most = (runs: readonly Run[]): number => Math.max(...runs.map(({ megabytes }) => megabytes))
    return [
      {
        name: `Kafka, ${EVENTS} events of 960 bytes checked and stored on SQLite`,
        value: rate(assay),
        unit: 'events/s',
        reference: 'kafkajs, JSON.parse, Ajv',
        reference_value: rate(bare),
        ratio: Math.round((rate(assay) / rate(bare)) * 100) / 100,
      },
      {
        name: 'Kafka, processor time a million events',
        value: perMillion(assay),
        unit: 's',
        reference: 'kafkajs, JSON.parse, Ajv',
        reference_value: perMillion(bare),
        ratio: Math.round((perMillion(assay) / perMillion(bare)) * 100) / 100,
      },
      {
        name: 'Kafka, memory at most',
        value: most(assay),
        unit: 'MB',
        reference: 'the bare loop',
        reference_value: most(bare),
        ratio: Math.round((most(assay) / most(bare)) * 100) / 100,
      },
    ]
  } finally {
    await broker.remove()
  }
}

async function fill(broker: string): Promise<void> {
  await createTopic(broker, TOPIC, { partitions: PARTITIONS })
  const producer = kafkaClient(broker).producer()
  await producer.connect()
  const start = Date.now() - 3_600_000
  for (let at = 0; at < EVENTS; at += 4_000) {
    const messages = Array.from({ length: 4_000 }, (_, index) => {
      const stamp = start + (at + index) * 5
      return { value: segmentEvent(at + index, stamp), partition: index % PARTITIONS, timestamp: String(stamp) }
    })
    await producer.send({ topic: TOPIC, messages })
  }
  await producer.disconnect()
}

function runBare(broker: string): Run {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'kafka-bare-child.ts'), broker, TOPIC, String(EVENTS)],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`the bare loop ended with ${status}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Run
}

/** From the first batch stored to the last. */
async function runAssay(broker: string, round: number): Promise<Run> {
  const project = writeProject({
    'rules/assay.yaml': `version: 1
store: { type: sqlite, path: assay.db }
sources:
  - { id: stream, type: kafka, brokers: ["${broker}"], topics: [${TOPIC}], group: assay-${round}, format: { type: segment } }
`,
    'rules/domains/checkout/events/order_completed.yaml': contractYaml(),
  })
  const profile = process.env['ASSAY_BENCH_PROFILE']
  const assay = await startAssay(project.config, {
    // As an installed `assay run`: without the flags of `npm start`, which save memory and cost speed.
    flags: [],
    env: profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` },
  })
  try {
    const db = new DatabaseSync(join(project.root, 'assay.db'), { readOnly: true })
    const query = db.prepare('select coalesce(sum(cast(position as integer)), 0) as sum from position')
    const stored = (): number => Number(query.get()?.['sum'])
    const first = await until('the first batch', stored, 60_000)
    const began = performance.now()
    const usedBefore = cpuOf(assay.child.pid)
    await until('the last batch', () => stored() === EVENTS, 120_000)
    // What the first batch held was counted before the clock ran.
    const share = EVENTS / (EVENTS - first)
    const milliseconds = (performance.now() - began) * share
    const cpu = (cpuOf(assay.child.pid) - usedBefore) * share
    db.close()
    const status = readFileSync(`/proc/${assay.child.pid}/status`, 'utf8')
    const megabytes = Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024)
    return { milliseconds, megabytes, cpu }
  } finally {
    await assay.stop()
    project.remove()
  }
}

/** What a process has used of the processors so far, in ms. */
function cpuOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
  // utime and stime, in hundredths of a second.
  return (Number(fields[13]) + Number(fields[14])) * 10
}
