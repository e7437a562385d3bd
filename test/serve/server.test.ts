import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { Failure } from '../../src/model/failure.ts'
import { createServer } from '../../src/serve/server.ts'
import { until } from '../support/until.ts'
import { type Fixture, HEALTHY, startServer } from './fixture.ts'

let server: Fixture | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

test('a taken port is a Failure that says what to do', async () => {
  server = await startServer()
  const second = createServer({ ...server.deps, http: { ...server.deps.http, port: server.port } })
  const failure = await second.listen().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect(failure).toMatchObject({
    code: 'port_taken',
    message: `Port ${server.port} on 127.0.0.1 is taken by another program.`,
  })
  expect((failure as Failure).remedy).toContain('http.port')
  await second.close()
})

test('an address that is not ours is a Failure, too', async () => {
  server = await startServer()
  const other = createServer({ ...server.deps, http: { ...server.deps.http, host: '203.0.113.7' } })
  await expect(other.listen()).rejects.toMatchObject({ code: 'cannot_listen' })
})

test('closes within 2 s, whatever is open: a live page, an idle connection, a request that never ends', async () => {
  const opened = await startServer()
  const live = await opened.get('/live')
  const idle = connect(opened.port, '127.0.0.1')
  const half = connect(opened.port, '127.0.0.1')
  half.write('POST /v1/track HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{')
  let ended = 0
  for (const socket of [idle, half])
    socket
      .on('close', () => ended++)
      .on('error', () => undefined)
      .resume()
  await until('both to be connected', () => !idle.connecting && !half.connecting)
  const start = performance.now()
  await opened.close()
  expect(performance.now() - start).toBeLessThan(2_000)
  await live.text().catch(() => '')
  await until('the sockets to end', () => ended === 2)
  await expect(opened.get('/healthz')).rejects.toThrow()
})

describe('health', () => {
  test('ready when the store answers and every source has started', async () => {
    server = await startServer()
    const answer = await server.get('/readyz')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ schema_version: 1, status: 'ready', reasons: [] })
  })

  test('503 and why, while a source starts', async () => {
    server = await startServer({ status: () => ({ ...HEALTHY, notReady: ['source web has not started'] }) })
    const answer = await server.get('/readyz')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ status: 'not_ready', reasons: ['source web has not started'] })
  })

  test('503 when the store is gone, while the process lives; the API says so without detail', async () => {
    const reports: unknown[] = []
    const lost = () => Promise.reject(new Failure('store_lost', 'password=hunter2', { retryable: true }))
    server = await startServer({ report: (error) => reports.push(error) })
    const broken = createServer({ ...server.deps, db: { engine: 'sqlite', all: lost, run: lost } })
    const { url } = await broken.listen()
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ reasons: ['the store does not answer'] })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const answer = await fetch(`${url}/api/v1/slos`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(await answer.text()).not.toContain('hunter2')
    expect(reports).toHaveLength(1)
    await broken.close()
  })
})

test('/metrics is Prometheus text', async () => {
  server = await startServer({ metrics: async () => 'assay_build_info{version="1"} 1\n' })
  const answer = await server.get('/metrics')
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await answer.text()).toBe('assay_build_info{version="1"} 1\n')
})

test.each([
  '/nothing',
  '/api/v1/nothing',
  '/events/%E0%A4%A',
  '/api/v1/events/%00',
  '/incidents/../../etc/passwd',
  '/api/v1/incidents/<script>',
])('%s is a problem document, not a crash', async (path) => {
  server = await startServer()
  const answer = await server.get(path)
  expect([400, 404]).toContain(answer.status)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(await answer.json()).toMatchObject({
    status: answer.status,
    title: expect.any(String),
    detail: expect.any(String),
  })
})

test('a live page hears of changes, many in one', async () => {
  server = await startServer()
  const answer = await server.get('/live')
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Error('no body')
  let text = ''
  const reading = (async () => {
    while (!text.includes('event: change')) text += (await reader.read()).value ?? ''
  })()
  for (let times = 0; times < 50; times++) server.change()
  await reading
  expect(text.match(/event: change/g)).toHaveLength(1)
  await reader.cancel()
})
