import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { messageId } from '../../../src/alert/receivers/webhook/id.ts'
import { renderWebhook } from '../../../src/alert/receivers/webhook/render.ts'
import { signed, signingKey } from '../../../src/alert/receivers/webhook/sign.ts'
import { receiverContract } from '../../contract/receiver.ts'
import { startWebhook } from '../../support/webhook-server.ts'
import { NOON, notificationOf } from '../sample.ts'
import { NEVER, receiverOf } from './make.ts'

const SECRET = `whsec_${Buffer.from('a key of at least 24 bytes in all').toString('base64')}`
const configOf = (url: string) => ({ name: 'it', webhook: { url, secret: { env: 'SECRET' } } })

receiverContract((endpoint, deadline) => ({
  receiver: receiverOf(configOf(`${endpoint}/alerts`), { SECRET }, { deadline }),
  secrets: [SECRET],
}))

describe('a signed webhook', () => {
  it('is verified by its consumer, each message counted once over retries', async () => {
    let now = NOON
    const server = await startWebhook({ secret: SECRET, now: () => now })
    const it = receiverOf(configOf(server.endpoint), { SECRET })
    server.fail({ kind: 'drop after' })
    expect((await it.send(notificationOf(), now, NEVER)).outcome).toBe('later')
    now += 3_600_000
    expect((await it.send(notificationOf(), now, NEVER)).outcome).toBe('sent')
    expect((await it.send(notificationOf({ action: 'resolve' }), now, NEVER)).outcome).toBe('sent')
    expect(server.messages.map(({ body }) => body['type'])).toEqual(['incident.triggered', 'incident.resolved'])
    await server.close()
  })

  it('is refused under another key, and when it is old', async () => {
    const server = await startWebhook({ secret: SECRET, now: () => NOON })
    const other = receiverOf(configOf(server.endpoint), { SECRET: 'another' })
    expect((await other.send(notificationOf(), NOON, NEVER)).outcome).toBe('unauthorised')
    const it = receiverOf(configOf(server.endpoint), { SECRET })
    expect((await it.send(notificationOf(), NOON - 301_000, NEVER)).outcome).toBe('unauthorised')
    await server.close()
  })

  it('signs id.timestamp.body with the bytes behind whsec_', () => {
    const request = renderWebhook(configOf('http://x/alerts').webhook, notificationOf(), () => '')
    const { headers, body } = signed(request, SECRET, NOON + 999)
    const content = `${headers['webhook-id']}.${NOON / 1_000}.${body}`
    const expected = createHmac('sha256', 'a key of at least 24 bytes in all').update(content).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${expected}`)
    expect(signingKey('plain text\n').toString()).toBe('plain text')
  })

  it('says what programs need, in snake case', () => {
    const { body, headers } = renderWebhook(configOf('http://x/alerts').webhook, notificationOf(), () => '')
    expect(JSON.parse(body)).toMatchObject({
      schema_version: 1,
      id: headers['webhook-id'],
      type: 'incident.triggered',
      timestamp: '2026-10-05T11:30:00.000Z',
      data: {
        action: 'trigger',
        reason: 'opened',
        severity: 'page',
        incident: { id: 'inc_0123456789ab', event: 'Order Completed', resolved_at: null, owner: { team: 'payments' } },
        slos: [
          { name: 'order-completed-validity', objective: 0.999, burn: 124, burn_window: '1h', budget_remaining: 0.4 },
        ],
        downstream: [{ kind: 'table', name: 'main.analytics.order_completed' }],
      },
    })
  })

  it('has an id for each message, without a dot', () => {
    const ids = [
      notificationOf(),
      notificationOf({ action: 'resolve' }),
      notificationOf({ receiver: 'other' }),
      notificationOf({ at: NOON + 60_000 }),
    ].map(messageId)
    expect(new Set(ids).size).toBe(4)
    expect(ids.join('')).not.toContain('.')
  })
})

describe('a webhook without a secret', () => {
  it('is sent unsigned', async () => {
    const server = await startWebhook({ secret: null })
    const it = receiverOf({ name: 'it', webhook: { url: server.endpoint } })
    expect((await it.send(notificationOf(), NOON, NEVER)).outcome).toBe('sent')
    expect(server.requests[0]?.headers['webhook-signature']).toBeUndefined()
    await server.close()
  })
  it('is refused where its URL is none', async () => {
    const it = receiverOf({ name: 'it', webhook: { url: { env: 'URL' } } }, { URL: 'file:///etc/passwd' })
    expect(await it.send(notificationOf(), NOON, NEVER)).toMatchObject({
      outcome: 'rejected',
      detail: 'its URL is not one of http or https',
    })
  })
})
