import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { renderPagerduty } from '../../../src/alert/receivers/pagerduty/render.ts'
import { type PagerdutyServer, startPagerduty } from '../../support/pagerduty-server.ts'
import { receiverContract } from '../../contract/receiver.ts'
import { factsOf, NOON, notificationOf } from '../sample.ts'
import { NEVER, receiverOf, ROUTING_KEY } from './make.ts'

const configOf = (url: string) => ({ name: 'it', pagerduty: { routing_key: { env: 'KEY' }, url } })

receiverContract((endpoint, deadline) => ({
  receiver: receiverOf(configOf(`${endpoint}/v2/enqueue`), { KEY: ROUTING_KEY }, { deadline }),
  secrets: [ROUTING_KEY],
}))

describe('PagerDuty', () => {
  let server: PagerdutyServer
  let now = NOON
  beforeAll(async () => {
    server = await startPagerduty({ now: () => now })
  })
  afterAll(() => server.close())
  beforeEach(() => {
    server.incidents.length = 0
    now += 60_000
  })
  const receiver = () => receiverOf(configOf(server.enqueue), { KEY: ROUTING_KEY })

  it('opens, adds to and closes one incident under one key', async () => {
    const it = receiver()
    for (const action of ['trigger', 'trigger', 'update', 'resolve'] as const) {
      expect((await it.send(notificationOf({ action }), NOON, NEVER)).status).toBe(202)
    }
    expect(server.incidents).toHaveLength(1)
    expect(server.incidents[0]).toMatchObject({ status: 'resolved', severities: ['critical', 'critical', 'critical'] })
    expect(server.incidents[0]?.summaries[2]).toContain('Now a page')
  })

  it('maps severities', async () => {
    for (const severity of ['page', 'ticket', 'info'] as const) {
      await receiver().send(notificationOf({ severity, dedupKey: severity }), NOON, NEVER)
    }
    expect(server.incidents.map(({ severities }) => severities[0])).toEqual(['critical', 'warning', 'info'])
  })

  it('pages nobody with a note, and closes what may have arrived unseen', async () => {
    const note = notificationOf({ action: 'note', severity: 'info' })
    expect((await receiver().send(note, NOON, NEVER)).outcome).toBe('sent')
    expect(server.incidents).toEqual([])
    await receiver().send(notificationOf(), NOON, NEVER)
    await receiver().send(note, NOON, NEVER)
    expect(server.incidents.map(({ status }) => status)).toEqual(['resolved'])
  })

  it('is accepted whatever the event is called', async () => {
    for (const event of ['\u0000', '😀'.repeat(2_000), '"\\\n', 'x'.repeat(5_000)]) {
      const notification = notificationOf({ dedupKey: event.slice(0, 9) }, factsOf({ event }))
      expect(await receiver().send(notification, NOON, NEVER)).toMatchObject({ outcome: 'sent' })
    }
  })

  it('waits its turn past 120 events a minute', async () => {
    const it = receiver()
    for (let sent = 0; sent < 120; sent++) expect((await it.send(notificationOf(), NOON, NEVER)).outcome).toBe('sent')
    expect(await it.send(notificationOf(), NOON, NEVER)).toMatchObject({ outcome: 'later', status: 429 })
    now += 60_001
    expect((await it.send(notificationOf(), NOON, NEVER)).outcome).toBe('sent')
  })

  it('is told by PagerDuty what is wrong with a key', async () => {
    const it = receiverOf(configOf(server.enqueue), { KEY: 'short' })
    expect(await it.send(notificationOf(), NOON, NEVER)).toMatchObject({
      outcome: 'rejected',
      detail: expect.stringContaining("'routing_key' is invalid"),
    })
  })

  it('leaves the details out where they are over the limit', () => {
    const message = { ...notificationOf().message, cause: Array.from({ length: 60 }, () => 'é'.repeat(9_000)) }
    const { body } = renderPagerduty(configOf('http://x/v2/enqueue').pagerduty, notificationOf({ message }), () => 'k')
    expect(Buffer.byteLength(body)).toBeLessThan(512_000)
    expect(JSON.parse(body).payload.custom_details).toHaveProperty('dropped')
  })

  it('sends what a reader needs', () => {
    const { url, body } = renderPagerduty(
      configOf('http://x/v2/enqueue').pagerduty,
      notificationOf(),
      () => ROUTING_KEY,
    )
    expect(url).toBe('http://x/v2/enqueue')
    expect(JSON.parse(body)).toMatchObject({
      routing_key: ROUTING_KEY,
      event_action: 'trigger',
      dedup_key: 'assay:production:inc_0123456789ab',
      payload: {
        summary: '[production] Order Completed: 12.4 % of records break their contract',
        source: 'Order Completed',
        severity: 'critical',
        timestamp: '2026-10-05T11:30:00.000Z',
        group: 'checkout',
        class: 'validity',
        custom_details: { Since: 'Mon 5 Oct 13:07 Europe/Berlin, for 23 min' },
      },
      client_url: 'https://assay.example.org/incidents/inc_0123456789ab',
      links: [{ text: 'Incident' }, { text: 'Runbook' }],
    })
  })
})

describe('the stand-in for PagerDuty', () => {
  it('refuses what the real one refuses', async () => {
    const server = await startPagerduty()
    const post = async (event: object) => {
      const answer = await fetch(server.enqueue, { method: 'POST', body: JSON.stringify(event) })
      return [answer.status, ((await answer.json()) as { errors?: string[] }).errors ?? []]
    }
    const payload = { summary: 's', source: 's', severity: 'critical' }
    const good = { routing_key: ROUTING_KEY, event_action: 'trigger', dedup_key: 'k', payload }
    expect(await post(good)).toEqual([202, []])
    for (const [change, error] of [
      [{ payload: { ...payload, severity: 'page' } }, "'payload.severity' is invalid"],
      [{ payload: { ...payload, summary: 'x'.repeat(1_025) } }, "'payload.summary' is too long (maximum 1024)"],
      [{ dedup_key: 'x'.repeat(256) }, "'dedup_key' is invalid"],
      [{ event_action: 'update' }, "'event_action' is invalid (must be trigger, acknowledge, resolve)"],
    ] as const) {
      expect(await post({ ...good, ...change })).toEqual([400, expect.arrayContaining([error])])
    }
    await server.close()
  })
})
