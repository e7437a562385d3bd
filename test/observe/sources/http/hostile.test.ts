import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { createEventsReader } from '../../../../src/observe/sources/http/cloud-events.ts'
import { inflate } from '../../../../src/observe/sources/http/inflate.ts'
import { readSegment, SEGMENT_PATHS } from '../../../../src/observe/sources/http/segment.ts'
import type { Submission } from '../../../../src/observe/sources/http/submission.ts'
import { seeded } from '../../../support/random.ts'
import { until } from '../../../support/until.ts'
import { eventsOf, post, startCollector } from './collector.ts'
import { type HostileRequest, hostileRequest } from './hostile-requests.ts'
import { THOROUGH } from '../../../support/thorough.ts'

const MEBIBYTE = 1024 * 1024
/** What memory settles on shows after a tenth of them. */
const REQUESTS = THOROUGH ? 100_000 : 10_000
const NOON = Date.UTC(2026, 9, 1, 12)
const readEvents = createEventsReader(null)

/** What the collector makes of a request, without sockets: the status it answers, and the records it stores. */
function read({ path, headers, body }: HostileRequest): { status: number; submission: Submission | null } {
  const inflated = inflate(headers['content-encoding'], body, 4 * MEBIBYTE)
  if (!('bytes' in inflated))
    return {
      status: inflated.problem === 'unknown_encoding' ? 415 : inflated.problem === 'too_large' ? 413 : 400,
      submission: null,
    }
  const call = SEGMENT_PATHS.get(path)
  const read = call === undefined ? readEvents(inflated.bytes, headers) : readSegment(inflated.bytes, call)
  if ('unreadable' in read) return { status: 400, submission: null }
  return { status: 200, submission: 'submission' in read ? read.submission : read }
}

it(`makes of ${REQUESTS} hostile requests (100000 with ASSAY_REQUIRE=all) records or a reason, never an exception, and loses no good neighbour`, () => {
  const random = seeded(20_261_001)
  const statuses = new Map<number, number>()
  let goodSent = 0
  let goodRead = 0
  let heapAtStart = 0
  for (let turn = 0; turn < REQUESTS; turn++) {
    if (turn === REQUESTS / 10) heapAtStart = process.memoryUsage().heapUsed
    const request = hostileRequest(random)
    const { status, submission } = read(request)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (request.good > 0 && status !== 200) expect.fail(`${status} for ${JSON.stringify(request)}`)
    if (submission === null) continue
    goodSent += request.good
    for (let index = 0; index < submission.count; index++) {
      const decoded = submission.decode(index, NOON)
      if (!decoded.ok) {
        expect(decoded.excerpt.length).toBeLessThanOrEqual(2_100)
        continue
      }
      if (decoded.event === '' || !decoded.event.isWellFormed() || decoded.event.includes('\u0000'))
        expect.fail(`bad name ${JSON.stringify(decoded.event)}`)
      if (decoded.eventTime !== null && !Number.isFinite(decoded.eventTime))
        expect.fail(`bad time ${decoded.eventTime}`)
      if (request.good > 0 && /^Good \d$/.test(decoded.event)) goodRead++
    }
  }
  expect([...statuses.keys()].sort()).toEqual([200, 400, 415])
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 2)
  expect(goodSent).toBeGreaterThan(0.3 * REQUESTS)
  expect(goodRead).toBe(goodSent)
  expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
  expect(process.memoryUsage().heapUsed - heapAtStart).toBeLessThan(100 * MEBIBYTE)
})

it('answers 3,000 hostile requests through sockets as it reads them, and stores all of what it says it stored', async () => {
  const collector = await startCollector()
  try {
    const random = seeded(7)
    let expected = 0
    const send = async () => {
      const request = hostileRequest(random)
      const { status, submission } = read(request)
      expected += submission?.count ?? 0
      expect({ request, status: await statusOf(collector.port, request) }).toEqual({ request, status })
    }
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let turn = 0; turn < 150; turn++) await send()
      }),
    )
    expect(collector.store.records).toHaveLength(expected)
    expect(expected).toBeGreaterThan(3_000)
  } finally {
    await collector.close()
  }
})

function statusOf(port: number, { path, headers, body }: HostileRequest): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, method: 'POST', headers: { ...headers, 'content-length': body.length } },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode))
      },
    )
    request.on('error', reject).end(body)
  })
}

it('survives what is hardly HTTP', async () => {
  const collector = await startCollector({ limits: { bodyTimeout: 500 } })
  try {
    const heads = [
      'GARBAGE\r\n\r\n',
      'POST /v1/batch HTTP/1.1\r\n\r\n',
      'POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      'POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}',
      'POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
      'POST /v1/projects/%ff/settings HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
      'GET /v1/projects/%ff/settings HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /v1/projects/k/settings HTTP/1.1\r\nHost: "<script>"\r\n\r\n',
      'GET /v1/projects/k/settings HTTP/1.0\r\n\r\n',
      'OPTIONS /v1/batch HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Headers: \u00e9\u00ff,*\r\n\r\n',
      'POST /v1/track HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
      'POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \u00ff\u00fe\r\nContent-Length: 2\r\n\r\n{}',
      `POST /v1/track HTTP/1.1\r\nHost: x\r\nX-Long: ${'y'.repeat(100_000)}\r\n\r\n`,
      'POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{}',
    ]
    const answers = await Promise.all(heads.map((head) => exchange(collector.port, Buffer.from(head, 'latin1'))))
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 (100|200|204|400|404|408|413|431) /)
    expect((await post(`${collector.url}/v1/track`, { event: 'Still' })).status).toBe(200)
    expect(eventsOf(collector.store)).toContain('Still')
  } finally {
    await collector.close()
  }
})

/** Writes bytes and answers with the first that come back. */
async function exchange(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket
    .on('error', () => undefined)
    .on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
  socket.write(bytes)
  await until(`an answer to ${JSON.stringify(bytes.toString('latin1').slice(0, 60))}`, () => answer.includes('\r\n'))
  socket.destroy()
  return answer
}
