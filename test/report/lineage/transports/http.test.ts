import { afterEach, expect, it } from 'vitest'
import { send } from '../../../../src/alert/receivers/send.ts'
import { createHttpEmitter, endpointOf } from '../../../../src/report/lineage/transports/http.ts'
import { emitterContract } from '../../../contract/emitter.ts'
import { type MarquezServer, startMarquezServer } from '../../../support/marquez-server.ts'

const servers: MarquezServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const NEVER = new AbortController().signal
const EVENT = {
  eventType: 'START',
  eventTime: '2026-01-15T10:00:00.000Z',
  producer: 'urn:assay:1',
  run: { runId: '019bc0de-0000-7000-8000-000000000001' },
  job: { namespace: 'assay://production', name: 'checkout.order' },
}

async function emitterTo(apiKey: string | null, key: string | null, deadline = 5_000) {
  const server = await startMarquezServer(key)
  servers.push(server)
  return {
    server,
    emitter: createHttpEmitter({
      url: server.url,
      endpoint: 'api/v1/lineage',
      apiKey,
      post: send,
      now: Date.now,
      deadline,
    }),
  }
}

emitterContract(async () => {
  const { emitter, server } = await emitterTo(null, null)
  const arrived: object[] = []
  return {
    emitter: { ...emitter, emit: (event, signal) => emitter.emit({ ...EVENT, ...event }, signal) },
    arrived: () => [
      ...arrived,
      ...server.events.map((event) => Object.fromEntries(Object.entries(event).filter(([key]) => !(key in EVENT)))),
    ],
    breakDown: () => server.fail({ kind: 'status', status: 503 }, 'for ever'),
    mend: server.mend,
  }
})

it('posts JSON with the key, where servers of OpenLineage listen', async () => {
  const { emitter, server } = await emitterTo('a-very-secret-key', 'a-very-secret-key')
  expect(await emitter.emit(EVENT, NEVER)).toMatchObject({ outcome: 'sent' })
  expect(server.requests).toMatchObject([
    {
      method: 'POST',
      path: '/api/v1/lineage',
      headers: { 'content-type': 'application/json', authorization: 'Bearer a-very-secret-key' },
    },
  ])
  expect(server.runs).toMatchObject([{ runId: EVENT.run.runId, eventTypes: ['START'] }])
})

it.each([
  ['http://marquez:5000', 'api/v1/lineage', 'http://marquez:5000/api/v1/lineage'],
  ['http://marquez:5000/', '/api/v1/lineage', 'http://marquez:5000/api/v1/lineage'],
  ['https://host/openapi', 'openlineage/api/v1/lineage', 'https://host/openapi/openlineage/api/v1/lineage'],
  ['http://marquez:5000/api/v1/lineage', 'api/v1/lineage', 'http://marquez:5000/api/v1/lineage'],
])('posts to the endpoint of %s', (url, endpoint, expected) => {
  expect(endpointOf(url, endpoint)).toBe(expected)
})

it('takes a refusal for one, without showing the key', async () => {
  const { emitter, server } = await emitterTo('a-wrong-secret-key', 'the-right-key')
  expect(await emitter.emit(EVENT, NEVER)).toMatchObject({
    outcome: 'rejected',
    detail: expect.stringContaining('401'),
  })
  server.fail({ kind: 'status', status: 400, body: 'your key a-wrong-secret-key is bad' })
  const { outcome, detail } = await emitter.emit(EVENT, NEVER)
  expect(outcome).toBe('rejected')
  expect(detail).not.toContain('a-wrong-secret-key')
})

it('gives up on a server that hangs, and on one that breaks off', async () => {
  const { emitter, server } = await emitterTo(null, null, 100)
  server.fail({ kind: 'hang' })
  expect(await emitter.emit(EVENT, NEVER)).toMatchObject({ outcome: 'later', detail: 'no answer within 0.1 s' })
  server.fail({ kind: 'drop' })
  expect((await emitter.emit(EVENT, NEVER)).outcome).toBe('later')
  server.fail({ kind: 'status', status: 503, headers: { 'retry-after': '3' } })
  expect(await emitter.emit(EVENT, NEVER)).toMatchObject({ outcome: 'later', retryAfter: 3_000 })
})
