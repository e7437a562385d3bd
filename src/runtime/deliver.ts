import { setTimeout as startTimer } from 'node:timers'
import { createDelivery, type Delivery, type DeliveryDeps } from '../alert/deliver.ts'
import type { Outbox } from '../alert/outbox.ts'
import type { Outgoing } from '../alert/scorecard/notification.ts'
import type { Database } from '../store/sql.ts'
import { endOutbox, postponeOutbox, waitingFor, waitingReceivers } from '../store/outbox.ts'

/** The stored outbox behind delivery's port. Where this process doesn't lead there is nothing in it for it. */
export function storedOutbox(db: Database, leads: () => boolean = () => true): Outbox {
  return {
    receivers: async () => (leads() ? waitingReceivers(db) : []),
    waiting: async (receiver, limit) => {
      if (!leads()) return []
      const rows = await waitingFor<Outgoing>(db, receiver, limit)
      return rows.map(({ id, incident, attempts, dueAt, document }) => ({
        id,
        receiver,
        incident,
        attempts,
        dueAt,
        notification: document,
      }))
    },
    later: async (id, dueAt, answer) => {
      await db.transaction((sql) => postponeOutbox(sql, id, dueAt, answer))
    },
    end: async (id, how, at, answer) => {
      await db.transaction((sql) => endOutbox(sql, id, how, at, answer))
    },
  }
}

/** The deliver loop on the stored outbox, with the world's clock. */
export function startDelivery(
  db: Database,
  deps: Pick<DeliveryDeps, 'receivers' | 'log' | 'onOutcome' | 'now' | 'during'> & { readonly leads?: () => boolean },
): Delivery {
  return createDelivery({
    ...deps,
    outbox: storedOutbox(db, deps.leads),
    random: Math.random,
    setTimer: (wait, run) => {
      const timer = startTimer(run, wait)
      return () => clearTimeout(timer)
    },
  })
}
