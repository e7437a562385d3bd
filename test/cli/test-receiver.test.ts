import { afterEach, describe, expect, it } from 'vitest'
import type { ReceiverConfig } from '../../src/alert/config.ts'
import { nearest } from '../../src/config/nearest.ts'
import { testReceiver } from '../../src/cli/test-receiver.ts'
import { NOON } from '../alert/sample.ts'
import { startPagerduty } from '../support/pagerduty-server.ts'
import { runCommand } from '../support/run-command.ts'
import { startSlack } from '../support/slack-server.ts'
import { startWebhook } from '../support/webhook-server.ts'

const KEY = '0123456789abcdef0123456789abcdef'
const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0)) await close()
})

const run = (receivers: ReceiverConfig[], name: string, env: Record<string, string> = {}, json = false) =>
  runCommand('/', (io) => testReceiver({ name, json }, { receivers }, 'staging', io), { env, now: () => NOON })

describe('receivers test', () => {
  it('opens and closes a labelled incident at PagerDuty, of low severity, under a key of its own', async () => {
    const server = await startPagerduty()
    cleanUp.push(server.close)
    const receivers = [{ name: 'pager', pagerduty: { routing_key: { env: 'KEY' }, url: server.enqueue } }]
    const { code, out } = await run(receivers, 'pager', { KEY })
    expect(out).toContain('pager (pagerduty) trigger: taken (202')
    expect(out).toContain('pager (pagerduty) resolve: taken (202')
    expect(code).toBe(0)
    expect(server.incidents).toMatchObject([{ status: 'resolved', severities: ['info'] }])
    expect(server.incidents[0]?.summaries[0]).toBe('[staging] Test of receiver pager: not an incident')
  })

  it('says what the receiver answered, in JSON as well', async () => {
    const server = await startSlack()
    cleanUp.push(server.close)
    const receivers = [{ name: 'chat', slack: { webhook: { env: 'HOOK' } } }]
    const gone = await run(receivers, 'chat', { HOOK: `${server.url}/gone` }, true)
    expect(gone.code).toBe(1)
    expect(JSON.parse(gone.out)).toMatchObject({
      schema_version: 1,
      receiver: 'chat',
      type: 'slack',
      disabled: null,
      steps: [{ action: 'trigger', outcome: 'rejected', status: 404, detail: '404: no_service' }],
    })
    expect((await run(receivers, 'chat', { HOOK: server.webhook })).code).toBe(0)
    expect(server.messages).toHaveLength(1)
  })

  it('signs what it sends to a webhook', async () => {
    const server = await startWebhook({ secret: 'shh-it-is-secret', now: () => NOON })
    cleanUp.push(server.close)
    const receivers = [{ name: 'hook', webhook: { url: server.endpoint, secret: { env: 'SECRET' } } }]
    expect((await run(receivers, 'hook', { SECRET: 'shh-it-is-secret' })).code).toBe(0)
    expect(server.messages.map(({ body }) => body['type'])).toEqual(['incident.triggered', 'incident.resolved'])
    expect(await run(receivers, 'hook', { SECRET: 'wrong' })).toMatchObject({
      code: 1,
      out: expect.stringContaining('refused: its key or address is wrong'),
    })
  })

  it('shows what a disabled receiver would have been sent', async () => {
    const receivers = [
      { name: 'pager', pagerduty: { routing_key: { env: 'KEY' }, url: 'https://events.example/v2/enqueue' } },
    ]
    const { code, out } = await run(receivers, 'pager')
    expect(code).toBe(1)
    expect(out).toContain('disabled: environment variable KEY is not set')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is meant literally
    expect(out).toContain('${env:KEY}')
  })

  it('prints on the console', async () => {
    expect((await run([{ name: 'screen', console: {} }], 'screen')).out).toContain('Test of receiver screen')
  })

  it('asks whether another name was meant', async () => {
    const receivers = [{ name: 'payments-pagerduty', console: {} }]
    expect(await run(receivers, 'payment-pagerduty')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "payments-pagerduty"?'),
    })
    expect((await run(receivers, 'x')).err).toContain('there are payments-pagerduty')
    expect((await run([], 'x')).err).toContain('has none')
  })
})

describe('the nearest name', () => {
  it.each([
    ['freshnes', 'freshness'],
    ['FRESHNESS', 'freshness'],
    ['validty', 'validity'],
    ['volume', null],
    ['', null],
  ])('of %s is %s', (name, expected) => expect(nearest(name, ['validity', 'freshness'])).toBe(expected))
})
