import type { RoutesConfig } from '../alert/config.ts'
import { startDelivery } from '../runtime/deliver.ts'
import { createReceivers } from '../runtime/receivers.ts'
import { waitingReceivers } from '../store/outbox.ts'
import type { Database } from '../store/sql.ts'
import type { Io } from './io.ts'

/** Sends what waits in the outbox of a replay and says how each receiver took it. Ends when nothing waits, or on Ctrl-C. */
export async function deliverAll(db: Database, routes: RoutesConfig, io: Io): Promise<void> {
  const receivers = createReceivers(routes, { env: io.env, write: io.out, now: io.now })
  const outcomes = new Map<string, number>()
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      waitingReceivers(db).then((waiting) => {
        if (waiting.length === 0 || io.signal.aborted) resolve()
      }, reject)
    }
    const delivery = startDelivery(db, {
      receivers: () => receivers,
      now: io.now,
      log: {
        info: () => undefined,
        warn: (_fields, message) => io.err(`${message}\n`),
        error: (_fields, message) => io.err(`${message}\n`),
      },
      onOutcome: (receiver, outcome) => {
        const key = `${receiver}: ${outcome}`
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
        setImmediate(look)
      },
    })
    io.signal.addEventListener('abort', look)
    const watch = setInterval(look, 200)
    const end = resolve
    resolve = () => {
      clearInterval(watch)
      delivery.stop().then(end, reject)
    }
    delivery.wake()
  })
  for (const [outcome, count] of outcomes) io.out(`${outcome} (${count})\n`)
}
