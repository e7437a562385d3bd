import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createDelivery } from '../../src/alert/deliver.ts'
import type { Notification } from '../../src/alert/notification.ts'
import type { Receiver } from '../../src/alert/receivers/receiver.ts'
import { MINUTE, SECOND } from '../../src/model/time.ts'
import { storedOutbox } from '../../src/runtime/deliver.ts'
import { openStore } from '../../src/store/open.ts'
import { allOutbox, appendOutbox } from '../../src/store/outbox.ts'
import type { Database } from '../../src/store/sql.ts'
import { receiverOf } from '../alert/receivers/make.ts'
import { NOON, notificationOf } from '../alert/sample.ts'
import { withPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { type VirtualClock, virtualClock } from '../support/virtual-clock.ts'
import { startWebhook } from '../support/webhook-server.ts'

const HANGS_FOR = 10 * MINUTE
/** How long a request may take, as in the daemon. */
const DEADLINE = 10 * SECOND

/** Takes every request and answers none, as long as it hangs; each attempt ends at its deadline, on the injected clock. */
function hangingReceiver(name: string, clock: VirtualClock, hangsUntil: number) {
  const attempts: number[] = []
  const received: string[] = []
  const receiver: Receiver = {
    ...receiverOf({ name, console: {} }),
    send: ({ incident }) => {
      attempts.push(clock.now())
      if (clock.now() >= hangsUntil) {
        received.push(incident)
        return Promise.resolve({ outcome: 'sent', status: 200, detail: '200', retryAfter: null })
      }
      return new Promise((answer) => {
        clock.setTimer(DEADLINE, () =>
          answer({ outcome: 'later', status: null, detail: 'no answer within 10 s', retryAfter: null }),
        )
      })
    },
  }
  return { receiver, attempts, received }
}

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

function onStore(open: () => Promise<Database>): void {
  it('delays no other: each of ten minutes has its alert at the other receiver at once, and the hung one gets everything in the end', async () => {
    const db = await open()
    const hook = await startWebhook({ secret: null })
    cleanUp.push(hook.close, () => db.close())
    const clock = virtualClock(NOON)
    const hung = hangingReceiver('hung', clock, NOON + HANGS_FOR)
    const receivers = [hung.receiver, receiverOf({ name: 'hook', webhook: { url: hook.endpoint } })]
    const delivery = createDelivery({
      receivers: () => receivers,
      outbox: storedOutbox(db),
      now: clock.now,
      random: () => 0.999,
      setTimer: clock.setTimer,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
    cleanUp.push(async () => {
      const stopped = delivery.stop(0)
      clock.advance(0)
      await stopped
    })

    const incidents: string[] = []
    for (let minute = 0; clock.now() < NOON + HANGS_FOR; minute++) {
      const incident = `inc_${minute}`
      incidents.push(incident)
      const drafts = ['hung', 'hook'].map(
        (receiver): Notification => notificationOf({ receiver, incident, dedupKey: incident, at: clock.now() }),
      )
      await db.transaction((sql) =>
        appendOutbox(
          sql,
          drafts.map((document) => ({ ...document, document })),
        ),
      )
      delivery.wake()
      // Time stands still here: what arrives has waited for nothing.
      await until('the other receiver to be told', () => hook.messages.length === incidents.length)
      await until('the hung one to be in an attempt', () => hung.attempts.length > 0)
      const next = clock.now() + MINUTE
      while (clock.now() < next) {
        clock.advance(2 * SECOND)
        await settled()
      }
    }
    expect(hung.attempts.filter((at) => at < NOON + HANGS_FOR).length).toBeGreaterThan(1)

    await until('the hung one to be told all', async () => {
      clock.advance(SECOND)
      await settled()
      return hung.received.length === incidents.length
    })
    // One that keeps failing lets other incidents pass.
    expect(hung.received.toSorted()).toEqual(incidents)
    expect(hook.messages.map(({ body }) => (body['data'] as { incident: { id: string } }).incident.id)).toEqual(
      incidents,
    )
    await until('the outbox to be empty', async () => (await allOutbox(db)).every(({ state }) => state === 'sent'))
  })
}

/** Lets what the clock has set going come to rest. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate()
}

describe('a receiver that hangs for ten minutes, on SQLite', () => {
  onStore(() => openStore({ type: 'sqlite', path: ':memory:' }))
})

withPostgres('a receiver that hangs for ten minutes, on Postgres', (postgres) => {
  onStore(async () => openStore({ type: 'postgres', url: await postgres.createDatabase() }))
})
