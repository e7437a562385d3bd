import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import express from 'express'
import type { ArrivedRecord } from '../../../../src/model/record.ts'
import {
  createHttpSource,
  type HttpSource,
  type HttpSourceDeps,
} from '../../../../src/observe/sources/http/http-source.ts'
import type { PositionStep, SourceBatch } from '../../../../src/observe/sources/source.ts'

/** A store of the simplest kind: it keeps what a source's batches bring, if they start from where it stands. */
export interface KeepingStore {
  readonly records: ArrivedRecord[]
  readonly steps: PositionStep[]
  readonly batchSizes: number[]
  /** How many batches with records were handed over, stored or not. */
  taken: number
  readonly positions: Map<string, string>
  /** What becomes of the next batches. `hang`: nothing, until this is changed. */
  mood: 'commit' | 'refuse' | 'hang'
  /** What refused senders are told to wait. */
  retryAfterSeconds: number
}

/** A collector that listens, and the store behind it. */
export interface Collector {
  readonly url: string
  readonly port: number
  readonly source: HttpSource
  readonly store: KeepingStore
  /** How many bodies have been read to their end. */
  readonly bodiesRead: () => number
  /** How many bytes have come in on all connections. */
  readonly bytesRead: () => number
  /** Ends reading as at shutdown; requests are still taken by the server. */
  readonly stopReading: () => Promise<void>
  /** Begins anew from the stored positions. */
  readonly startReading: () => void
  readonly close: () => Promise<void>
}

export async function startCollector(given: Partial<HttpSourceDeps> = {}): Promise<Collector> {
  const source = createHttpSource({ id: 'web', writeKeys: null, now: Date.now, instance: '1', ...given })
  const store: KeepingStore = {
    records: [],
    steps: [],
    batchSizes: [],
    positions: new Map(),
    taken: 0,
    mood: 'commit',
    retryAfterSeconds: 7,
  }
  let reading: { readonly abort: AbortController; readonly done: Promise<void> } | null = null
  const startReading = () => {
    const abort = new AbortController()
    reading = { abort, done: drain(source.read(store.positions, abort.signal), store) }
  }
  const stopReading = async () => {
    reading?.abort.abort()
    await reading?.done
  }

  let bodiesRead = 0
  const app = express()
  app.use((request, _response, next) => {
    request.on('end', () => {
      bodiesRead++
    })
    next()
  })
  app.use(source.router)
  app.use((_request, response) => {
    response.status(404).send('nothing here')
  })
  const sockets: Socket[] = []
  const server = createServer(app)
  server.on('connection', (socket) => sockets.push(socket))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  startReading()
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    source,
    store,
    bodiesRead: () => bodiesRead,
    bytesRead: () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0),
    stopReading,
    startReading,
    close: async () => {
      if (store.mood === 'hang') store.mood = 'refuse'
      await stopReading()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function drain(batches: AsyncIterable<SourceBatch>, store: KeepingStore): Promise<void> {
  for await (const batch of batches) {
    if (batch.records.length > 0) store.taken++
    while (store.mood === 'hang') await new Promise((next) => setTimeout(next, 5))
    if (store.mood === 'refuse') batch.refuse(store.retryAfterSeconds)
    else commit(batch, store)
  }
}

function commit(batch: SourceBatch, store: KeepingStore): void {
  for (const step of batch.steps) {
    const stored = store.positions.get(step.partition) ?? null
    if (stored !== step.from) throw new Error(`stored is ${stored}, the step starts from ${step.from}`)
    store.positions.set(step.partition, step.to)
    store.steps.push(step)
  }
  for (const record of batch.records) store.records.push(record)
  store.batchSizes.push(batch.records.length)
  void batch.acknowledge()
}

/** Names of the events that were stored; of what could not be read, its reason in brackets. */
export function eventsOf({ records }: KeepingStore): string[] {
  return records.map(({ decoded }) => (decoded.ok ? decoded.event : `(${decoded.reason})`))
}

/** Posts a body; text and bytes as they are, anything else as JSON. */
export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const given = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return fetch(url, { method: 'POST', body: given as string | Uint8Array<ArrayBuffer>, headers })
}
