import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

/** What the worker that plays the clients is given. */
export interface ClientLoad {
  readonly port: number
  /** A batch in which each `{id}` is replaced by an id of its own. */
  readonly batch: string
  readonly connections: number
  readonly milliseconds: number
}

const { port, batch, connections, milliseconds } = workerData as ClientLoad
const agent = new Agent({ keepAlive: true, maxSockets: connections })
const parts = batch.split('{id}')
let ids = 0

/** Ids all have one length, so that bodies are cheap to make and the client isn't what is measured. */
function nextBody(): Buffer {
  return Buffer.from(parts.reduce((text, part) => `${text}${String(1e9 + ids++)}${part}`))
}

function post(body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const sent = request({ port, host: '127.0.0.1', path: '/v1/batch', method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject).end(body)
  })
}

const start = performance.now()
let answered = 0
const client = async () => {
  while (performance.now() < start + milliseconds) if ((await post(nextBody())) === 200) answered++
}
await Promise.all(Array.from({ length: connections }, client))
agent.destroy()
parentPort?.postMessage({ answered, milliseconds: performance.now() - start })
