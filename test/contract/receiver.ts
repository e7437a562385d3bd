import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AnswerOutcome } from '../../src/alert/receivers/send.ts'
import type { Receiver } from '../../src/alert/receivers/receiver.ts'
import { NOON, notificationOf } from '../alert/sample.ts'
import { type FaultServer, startFaultServer } from '../support/fault-server.ts'

export interface ReceiverUnderTest {
  readonly receiver: Receiver
  /** Values that must never show. */
  readonly secrets: readonly string[]
}

/** What every receiver that speaks HTTP promises. `make` gives one that posts below `endpoint` and waits `deadline` ms at most. */
export function receiverContract(make: (endpoint: string, deadline: number) => ReceiverUnderTest): void {
  describe('as a receiver', () => {
    let server: FaultServer
    beforeEach(async () => {
      server = await startFaultServer(() => ({ status: 200, body: 'ok' }))
    })
    afterEach(() => server.close())

    const attempt = (under: ReceiverUnderTest, signal = new AbortController().signal) =>
      under.receiver.send(notificationOf({ receiver: under.receiver.name }), NOON, signal)

    it.each<[number, AnswerOutcome]>([
      [200, 'sent'],
      [202, 'sent'],
      [204, 'sent'],
      [302, 'rejected'],
      [400, 'rejected'],
      [401, 'unauthorised'],
      [403, 'unauthorised'],
      [404, 'rejected'],
      [408, 'later'],
      [410, 'rejected'],
      [413, 'rejected'],
      [429, 'later'],
      [500, 'later'],
      [502, 'later'],
      [503, 'later'],
    ])('answers %i with %s', async (status, outcome) => {
      server.fail({ kind: 'status', status, ...(status === 204 ? {} : { body: 'because' }) })
      expect(await attempt(make(server.url, 5_000))).toMatchObject({ outcome, status })
    })

    it('passes on how long it is asked to wait, in seconds or as a date, an hour at most', async () => {
      const date = new Date(NOON + 90_000).toUTCString()
      for (const [value, expected] of [
        ['17', 17_000],
        [date, 90_000],
        ['soon', null],
        ['99999999', 3_600_000],
      ] as const) {
        server.fail({ kind: 'status', status: 429, headers: { 'retry-after': value } })
        expect((await attempt(make(server.url, 5_000))).retryAfter).toBe(expected)
      }
    })

    it('gives up at its deadline and says so', async () => {
      server.fail({ kind: 'hang' })
      const answer = await attempt(make(server.url, 100))
      expect(answer).toMatchObject({ outcome: 'later', status: null, detail: 'no answer within 0.1 s' })
    })

    it('takes the status for the answer where the body drags on', async () => {
      server.fail({ kind: 'slow body', status: 202 })
      expect(await attempt(make(server.url, 150))).toMatchObject({ outcome: 'sent', status: 202 })
    })

    it('tries again after a connection that broke or was refused', async () => {
      server.fail({ kind: 'drop' })
      expect(await attempt(make(server.url, 5_000))).toMatchObject({ outcome: 'later', status: null })
      expect(await attempt(make(`http://127.0.0.1:${await closedPort()}`, 5_000))).toMatchObject({
        outcome: 'later',
        detail: 'no answer: ECONNREFUSED',
      })
    })

    it('follows no redirect', async () => {
      const elsewhere = await startFaultServer(() => ({ status: 200, body: 'ok' }))
      for (const status of [301, 302, 307, 308]) {
        server.fail({ kind: 'status', status, headers: { location: `${elsewhere.url}/steal` } })
        expect((await attempt(make(server.url, 5_000))).outcome).toBe('rejected')
      }
      expect(elsewhere.requests).toEqual([])
      await elsewhere.close()
    })

    it('never shows a secret in a failure, nor more than a line of an answer', async () => {
      const under = make(server.url, 5_000)
      const paths = under.secrets.map((secret) => URL.parse(secret)?.pathname ?? secret)
      const echo = `${[...under.secrets, ...paths].join(' and ')}\n${'long '.repeat(100_000)}`
      server.fail({ kind: 'status', status: 400, body: `your request with ${echo}` })
      const { detail } = await attempt(under)
      for (const secret of [...under.secrets, ...paths]) expect(detail).not.toContain(secret)
      expect(detail).toContain('your request with')
      expect(detail.length).toBeLessThanOrEqual(300)
      expect(detail).not.toContain('\n')
    })

    it('shows what it would send with placeholders for its secrets', async () => {
      const under = make(server.url, 5_000)
      const shown = JSON.stringify(under.receiver.preview(notificationOf()))
      for (const secret of under.secrets) expect(shown).not.toContain(secret)
      expect(shown).not.toContain('signature')
      expect(under.receiver.preview(notificationOf())).toEqual(under.receiver.preview(notificationOf()))
    })

    it('says the same on every attempt', async () => {
      const { receiver } = make(server.url, 5_000)
      for (const later of [0, 90_000]) {
        await receiver.send(notificationOf(), NOON + later, new AbortController().signal)
      }
      const [first, second] = server.requests
      expect(first?.body).toBe(second?.body)
      expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id'])
    })

    it('stops when it is told to', async () => {
      server.fail({ kind: 'hang' })
      const stop = new AbortController()
      const answer = attempt(make(server.url, 20_000), stop.signal)
      stop.abort()
      expect((await answer).outcome).toBe('later')
    })
  })
}

/** A port on which nothing listens. */
function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
