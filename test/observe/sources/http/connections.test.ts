import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../../support/until.ts'
import { type Collector, eventsOf, post, startCollector } from './collector.ts'

const MEBIBYTE = 1024 * 1024

/** A client that writes bytes as it likes, and what it was answered. */
async function client(port: number): Promise<{ socket: Socket; answer: () => string; closed: () => boolean }> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  let closed = false
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    closed = true
  })
  await new Promise((connected) => socket.once('connect', connected))
  return { socket, answer: () => answer, closed: () => closed }
}

const head = (more: string) => `POST /v1/track HTTP/1.1\r\nHost: x\r\n${more}\r\n\r\n`

describe('clients that are not as they should be', () => {
  let collector: Collector
  beforeEach(async () => {
    collector = await startCollector({ limits: { bodyTimeout: 300 } })
  })
  afterEach(() => collector.close())
  const stillServes = async () => expect((await post(`${collector.url}/v1/track`, { event: 'Still' })).status).toBe(200)

  it('are told 413 before a body that says it is too large is read', async () => {
    const { socket, answer, closed } = await client(collector.port)
    socket.write(head(`Content-Length: ${100 * MEBIBYTE}`))
    await until('the answer', () => answer().includes('413 '))
    expect(answer()).toContain('application/problem+json')
    socket.write(Buffer.alloc(MEBIBYTE))
    await until('the end of the connection', closed)
    await stillServes()
  })

  it('are told 413 when a body of unknown length becomes too large, and read the answer', async () => {
    const rss = process.memoryUsage().rss
    let sent = 0
    const chunk = Buffer.alloc(MEBIBYTE, ' ')
    const body = new ReadableStream({
      pull(controller) {
        sent++
        if (sent > 100) controller.close()
        else controller.enqueue(chunk)
      },
    })
    const answer = await fetch(`${collector.url}/v1/batch`, { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ status: 413, title: 'Body too large' })
    expect(process.memoryUsage().rss - rss).toBeLessThan(100 * MEBIBYTE)
    await stillServes()
  })

  it('are told 413 also when they go on writing for a while', async () => {
    const { socket, answer, closed } = await client(collector.port)
    let failure = ''
    socket.on('error', (error) => {
      failure = error.message
    })
    const chunk = `100000\r\n${' '.repeat(MEBIBYTE)}\r\n`
    socket.pause()
    socket.write(head('Transfer-Encoding: chunked'))
    for (let sent = 0; sent < 6; sent++) await new Promise((written) => socket.write(chunk, written))
    socket.write('0\r\n\r\n')
    await until('all to be read', () => collector.bytesRead() > 6 * MEBIBYTE)
    socket.resume()
    await until('the end of the connection', closed)
    expect(answer()).toMatch(/^HTTP\/1\.1 413 .*"status":413/s)
    expect(failure).toBe('')
  })

  it('are told 413 for a gzip bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * MEBIBYTE, ' '))
    expect((await post(`${collector.url}/v1/batch`, bomb, { 'content-encoding': 'gzip' })).status).toBe(413)
    await stillServes()
  })

  it('may send a body of a few MiB', async () => {
    const batch = Array.from({ length: 3_000 }, (_, index) => ({
      type: 'track',
      event: 'A',
      properties: { index, text: 'x'.repeat(900) },
    }))
    const body = JSON.stringify({ batch })
    expect(body.length).toBeGreaterThan(2.5 * MEBIBYTE)
    expect((await post(`${collector.url}/v1/batch`, body)).status).toBe(200)
    expect(collector.store.records).toHaveLength(3_000)
  })

  it('are told 415 for an encoding nobody knows and 400 for one that is broken', async () => {
    expect((await post(`${collector.url}/v1/track`, '{}', { 'content-encoding': 'compress' })).status).toBe(415)
    expect((await post(`${collector.url}/v1/track`, '{}', { 'content-encoding': 'gzip' })).status).toBe(400)
  })

  it('are told 408 when they dawdle, and hold up nobody meanwhile', async () => {
    const { socket, answer } = await client(collector.port)
    socket.write(`${head('Content-Length: 50')}{"event":`)
    await stillServes()
    expect(answer()).toBe('')
    await until('the answer', () => answer().includes('408 '))
    expect(eventsOf(collector.store)).toEqual(['Still'])
  })

  it('may go away in the middle of a body', async () => {
    const { socket, closed } = await client(collector.port)
    const half = `${head('Content-Length: 50')}{"event":"Half"`
    socket.write(half)
    await until('half to be read', () => collector.bytesRead() === half.length)
    socket.destroy()
    await until('the end of the connection', closed)
    await stillServes()
    expect(eventsOf(collector.store)).toEqual(['Still'])
  })

  it('may go away before they are answered: a page that is being left sends and does not wait', async () => {
    const { store, port } = collector
    store.mood = 'hang'
    const { socket } = await client(port)
    const body = '{"event":"Left"}'
    socket.write(head(`Content-Length: ${body.length}`) + body)
    await until('all to be read', () => collector.bodiesRead() === 1)
    socket.destroy()
    store.mood = 'commit'
    await until('the record', () => store.records.length > 0)
    expect(eventsOf(store)).toEqual(['Left'])
    await stillServes()
  })

  it('may send several requests on one connection, without waiting for answers', async () => {
    const { socket, answer } = await client(collector.port)
    const body = '{"event":"Piped"}'
    socket.write((head(`Content-Length: ${body.length}`) + body).repeat(3))
    await until('three answers', () => answer().split('{"success":true}').length === 4)
    expect(eventsOf(collector.store)).toEqual(['Piped', 'Piped', 'Piped'])
  })

  it('hold no more than the bound, however many dawdle', async () => {
    await collector.close()
    collector = await startCollector({ limits: { bodyTimeout: 5_000, pendingBytes: 300_000 } })
    const clients = await Promise.all(Array.from({ length: 20 }, () => client(collector.port)))
    const began = head('Content-Length: 200000')
    for (const { socket } of clients) socket.write(began)
    // All have been let in before any of them sends.
    await until('all to have begun', () => collector.bytesRead() === clients.length * began.length)
    for (const { socket } of clients) socket.write(Buffer.alloc(100_000, ' '))
    const turnedAway = () => clients.filter(({ answer }) => /^HTTP\/1.1 429 .*retry-after: 1/is.test(answer()))
    await until('all to be told but those that fit', () => turnedAway().length >= 17)
    const refused = await until(
      'one to be refused',
      async () => (await post(`${collector.url}/v1/track`, 'no json')).status === 429,
    )
    expect(refused).toBe(true)
    for (const { socket } of clients) socket.destroy()
    await until('room again', async () => (await post(`${collector.url}/v1/track`, { event: 'Still' })).status === 200)
  })
})
