import { setTimeout as pause } from 'node:timers/promises'
import type { RoutesConfig } from '../alert/config.ts'
import { startDelivery } from '../runtime/deliver.ts'
import { createReceivers } from '../runtime/receivers.ts'
import { waitingCounts, waitingReceivers } from '../store/outbox.ts'
import type { Database } from '../store/sql.ts'
import type { Io } from './io.ts'
import { counted } from './printable.ts'

/** How often it is looked whether anything still waits, in ms. */
const LOOK_EVERY = 50

/** Sends what waits in the outbox of a replay and says how each receiver took it. Ends when nothing waits, or on Ctrl-C. */
export async function deliverAll(db: Database, routes: RoutesConfig, io: Io): Promise<void> {
  const receivers = createReceivers(routes, { env: io.env, write: io.out, now: io.now })
  const outcomes = new Map<string, number>()
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
    },
  })
  try {
    delivery.wake()
    while (!io.signal.aborted && (await waitingReceivers(db)).length > 0) {
      await pause(LOOK_EVERY, undefined, { signal: io.signal }).catch(() => undefined)
    }
  } finally {
    await delivery.stop()
  }
  for (const [outcome, count] of outcomes) io.out(`${outcome} (${count})\n`)
  for (const [receiver, count] of await waitingCounts(db)) {
    io.err(`assay: ${counted(count, 'notification')} for ${receiver} not sent: interrupted\n`)
  }
}
