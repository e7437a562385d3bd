import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import type { Notification } from '../../src/alert/notification.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { allOutbox, type OutboxRow } from '../../src/store/outbox.ts'
import { ROUTING_KEY } from '../alert/receivers/make.ts'
import { BAD_ORDER, ORDER, steady } from '../scenarios/segment.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { onEachStore } from '../support/daemon-store.ts'
import { type PagerdutyServer, startPagerduty } from '../support/pagerduty-server.ts'
import { writeProject } from '../support/project.ts'
import { until } from '../support/until.ts'
import { startWebhook, type WebhookServer } from '../support/webhook-server.ts'

const HOOK_SECRET = 'whsec_c2VjcmV0LW9mLXRoZS1ob29r'
const EVENTS = ['Order Completed', 'Payment Taken'] as const

const contract = (event: string): string => `event: ${event}
versions:
  - version: 1
    schema: { type: object, required: [revenue], properties: { revenue: { type: number } } }
`

const SLOS = `slos:
  - { name: a-orders-valid, sli: { kind: validity, event: Order Completed }, objective: 99, severity: ticket }
  - { name: b-payments-valid, sli: { kind: validity, event: Payment Taken }, objective: 99, severity: ticket }
`

const routes = (pager: string, hook: string): string => `receivers:
  - { name: pager, pagerduty: { routing_key: { env: PAGER_KEY }, url: "${pager}" } }
  - { name: hook, webhook: { url: "${hook}", secret: { env: HOOK_SECRET } } }
routes:
  - { to: [pager, hook] }
`

/** Both events every ten seconds; orders are bad from `ordersFrom` on, payments from `paymentsFrom` on, and stay so. */
function* traffic(from: number, to: number, ordersFrom: number, paymentsFrom: number): Generator<string> {
  for (let minute = from; minute < to; minute++) {
    yield* steady(minute, minute + 1, 6, () => ({ properties: minute >= ordersFrom ? BAD_ORDER : ORDER }))
    yield* steady(minute, minute + 1, 6, () => ({
      event: 'Payment Taken',
      properties: minute >= paymentsFrom ? BAD_ORDER : ORDER,
    }))
  }
}

onEachStore('a daemon killed while it delivers', 'half a minute long', (makeStore, test) => {
  let pager: PagerdutyServer
  let hook: WebhookServer
  let project: ReturnType<typeof writeProject>
  let store: StoreConfig
  let env: Readonly<Record<string, string>>
  let assay: RunningAssay | null = null

  beforeEach(async () => {
    pager = await startPagerduty()
    hook = await startWebhook({ secret: HOOK_SECRET })
    const made = await makeStore()
    project = writeProject({
      'rules/assay.yaml': `version: 1
store: ${made.yaml}
sources:
  - { id: archive, type: file, paths: ["data/*.ndjson"], format: { type: segment }, follow: false }
`,
      'rules/domains/checkout/events/order_completed.yaml': contract(EVENTS[0]),
      'rules/domains/checkout/events/payment_taken.yaml': contract(EVENTS[1]),
      'rules/domains/checkout/slos.yaml': SLOS,
      'alerts/routes.yaml': routes(pager.enqueue, hook.endpoint),
      'data/1.ndjson': '',
    })
    store = made.at(project.root)
    env = { ...made.env, PAGER_KEY: ROUTING_KEY, HOOK_SECRET }
  })
  afterEach(async () => {
    await assay?.kill()
    assay = null
    await Promise.all([pager.close(), hook.close()])
    project.remove()
  })

  const archive = (name: string, lines: Iterable<string>): void =>
    writeFileSync(join(project.root, 'data', name), `${[...lines].join('\n')}\n`)

  const start = async (): Promise<RunningAssay> => {
    assay = await startAssay(project.config, { env })
    return assay
  }

  /** The outbox as the store has it, whoever runs. */
  async function outbox(): Promise<OutboxRow<Notification>[]> {
    const db = await openStore(store)
    try {
      return await allOutbox<Notification>(db)
    } finally {
      await db.close()
    }
  }

  const states = async (receiver: string): Promise<string[]> =>
    (await outbox()).filter((row) => row.receiver === receiver).map(({ action, state }) => `${action} ${state}`)

  const bodies = (): { event_action: string; dedup_key: string }[] => pager.requests.map(({ body }) => JSON.parse(body))

  test('between the commit of the outbox and the send: what nobody was told yet is told, each incident once', async () => {
    // Both receivers take their first request and never answer: what follows it is committed and cannot have been sent.
    for (const receiver of [pager, hook]) receiver.fail({ kind: 'hang' })
    archive('1.ndjson', traffic(0, 150, 120, 130))
    const first = await start()
    await until('both triggers to wait', async () => (await outbox()).length === 4)
    await until('both receivers to hang', () => pager.requests.length === 1 && hook.requests.length === 1)
    await first.kill()
    expect(await states('pager')).toEqual(['trigger waiting', 'trigger waiting'])
    expect([pager.incidents, hook.messages]).toEqual([[], []])
    const promised = (await outbox())
      .filter(({ receiver }) => receiver === 'pager')
      .map(({ document }) => document.dedupKey)

    await start()
    await until('all to be sent', async () => (await outbox()).every(({ state }) => state === 'sent'))
    expect(pager.incidents.map(({ dedupKey, status }) => [dedupKey, status])).toEqual(
      promised.map((key) => [key, 'open']),
    )
    expect(bodies().map(({ dedup_key }) => dedup_key)).toEqual([promised[0], ...promised])
    expect(hook.messages.map(({ body }) => (body['data'] as { dedup_key: string }).dedup_key)).toEqual(promised)
    expect(pager.incidents.map(({ summaries }) => summaries.length)).toEqual([1, 1])
  })

  test('between the send and its mark: the same key comes again, one incident is open, and a restart triggers nothing', async () => {
    for (const receiver of [pager, hook]) receiver.fail({ kind: 'hang after' })
    archive('1.ndjson', traffic(0, 150, 120, 1_000))
    const first = await start()
    await until('both to have it', () => pager.incidents.length === 1 && hook.messages.length === 1)
    await first.kill()
    expect(await states('pager')).toEqual(['trigger waiting'])
    expect(await states('hook')).toEqual(['trigger waiting'])

    const second = await start()
    await until('both to be sent', async () => (await outbox()).every(({ state }) => state === 'sent'))
    await second.kill()
    expect(bodies().map(({ event_action }) => event_action)).toEqual(['trigger', 'trigger'])
    expect(new Set(bodies().map(({ dedup_key }) => dedup_key)).size).toBe(1)
    expect(pager.incidents.map(({ status }) => status)).toEqual(['open'])
    expect(hook.requests.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array.from({ length: 2 }, () => hook.messages[0]?.id),
    )
    expect(hook.messages).toHaveLength(1)

    // The fault goes on in a further archive: the incident is judged on, and still nobody is told again.
    archive('2.ndjson', traffic(150, 170, 120, 1_000))
    const third = await start()
    await until('the new archive to be judged', async () => {
      const { slos } = (await (await fetch(`${third.url}/api/v1/slos`)).json()) as {
        slos: { name: string; total: number }[]
      }
      return slos.find(({ name }) => name === 'a-orders-valid')?.total === 170 * 6
    })
    expect(await third.stop()).toBe(0)
    assay = null
    expect([pager.requests.length, hook.requests.length]).toEqual([2, 2])
    expect(await outbox()).toHaveLength(2)
  })
})
