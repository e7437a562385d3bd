import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import express from 'express'
import { loadProject } from '../../src/config/load.ts'
import { DAY } from '../../src/model/time.ts'
import { createHttpSource } from '../../src/observe/sources/http/http-source.ts'
import { compilePlan } from '../../src/plan/compile.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { ingest } from '../../src/runtime/ingest.ts'
import { NO_TRACING, type Tracing } from '../../src/runtime/tracing/tracing.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { temporaryFolder } from '../support/temporary.ts'
import type { ClientLoad } from './collector-client.ts'
import type { Figure } from './figure.ts'

const BATCH = 100
const CONNECTIONS = 4
const GOAL = 15_000
const PROPERTIES = Array.from({ length: 15 }, (_, index) => `property_${index}`)

/** Events a second through the collector: decoded, checked, counted and stored on SQLite before they are answered. */
export async function collectorRate({ milliseconds, tracing = NO_TRACING }: CollectorRun): Promise<number> {
  const folder = temporaryFolder()
  const plan = planIn(folder.path)
  const db = await openStore({ type: 'sqlite', path: folder.file('db') })
  const source = createHttpSource({ id: 'web', writeKeys: null, now: Date.now, instance: '1' })
  const server = createServer(express().use(source.router))
  const stop = new AbortController()
  let stored = 0
  try {
    const reading = ingest(
      source,
      {
        db,
        writer: await takeWriter(db),
        plan: () => plan,
        horizon: DAY,
        judged: () => Promise.resolve(),
        onCommit: (_source, observed) => {
          stored += observed.outcomes.valid
        },
        onFailure: (_source, failure) => {
          throw failure
        },
        onRecovery: () => undefined,
        tracing,
      },
      stop.signal,
    )
    const port = await listen(server)
    await load(port, 1_000) // until the code is compiled
    const before = stored
    const { answered, milliseconds: took } = await load(port, milliseconds)
    stop.abort()
    await reading
    if (stored - before !== answered * BATCH)
      throw new Error(`${answered * BATCH} events answered, ${stored - before} stored`)
    return Math.round((answered * BATCH * 1_000) / took)
  } finally {
    server.closeAllConnections()
    server.close()
    await db.close()
    folder.remove()
  }
}

interface CollectorRun {
  readonly milliseconds: number
  readonly tracing?: Tracing
}

export async function bench(): Promise<Figure[]> {
  const value = await collectorRate({ milliseconds: 5_000 })
  return [
    {
      name: 'collector_sqlite',
      value,
      unit: 'events/s',
      reference: `the goal, with batches of ${BATCH} from ${CONNECTIONS} connections`,
      reference_value: GOAL,
      ratio: value / GOAL,
    },
  ]
}

function listen(server: Server): Promise<number> {
  return new Promise((listening) => {
    server.listen(0, '127.0.0.1', () => listening((server.address() as AddressInfo).port))
  })
}

function load(port: number, milliseconds: number): Promise<{ answered: number; milliseconds: number }> {
  const workerData: ClientLoad = { port, batch: batchText(), connections: CONNECTIONS, milliseconds }
  const worker = new Worker(new URL('collector-client.ts', import.meta.url), { workerData })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
}

/** A batch of events of about 960 bytes each, valid by the contract. */
function batchText(): string {
  const properties = Object.fromEntries(
    PROPERTIES.map((name, index) => [name, index % 3 === 0 ? index : `value ${name} `.repeat(2)]),
  )
  const message = {
    type: 'track',
    event: 'Order Completed',
    messageId: '{id}',
    userId: 'u1',
    timestamp: new Date().toISOString(),
    context: { app: { version: '4.2.0' }, platform: 'web', library: { name: 'analytics.js', version: '2.1.0' } },
    properties,
  }
  return JSON.stringify({ batch: Array.from({ length: BATCH }, () => message), sentAt: new Date().toISOString() })
}

function planIn(folder: string): Plan {
  const events = join(folder, 'rules/domains/checkout/events')
  mkdirSync(events, { recursive: true })
  const schema = {
    type: 'object',
    required: PROPERTIES.slice(0, 10),
    properties: Object.fromEntries(
      PROPERTIES.map((name, index) => [name, index % 3 === 0 ? { type: 'number' } : { type: 'string', minLength: 1 }]),
    ),
    additionalProperties: false,
  }
  const write = (path: string, document: object) => writeFileSync(join(folder, 'rules', path), JSON.stringify(document))
  write('assay.yaml', { version: 1, store: { type: 'sqlite', path: 'db' }, sources: [{ id: 'web', type: 'http' }] })
  write('domains/checkout/domain.yaml', {
    domain: 'checkout',
    owner: { team: 'payments' },
    tier: 'P0',
    defaults: { slos: { validity: 99.5 } },
  })
  write('domains/checkout/events/order_completed.yaml', {
    event: 'Order Completed',
    versions: [{ version: 1, schema }],
  })
  const { project, problems } = loadProject(join(folder, 'rules/assay.yaml'))
  const compiled = project === null ? null : compilePlan(project)
  const plan = compiled?.plan ?? null
  if (plan === null)
    throw new Error([...problems, ...(compiled?.problems ?? [])].map(({ message }) => message).join('; '))
  return plan
}
