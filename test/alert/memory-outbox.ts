import type { Notification } from '../../src/alert/notification.ts'
import type { Outbox } from '../../src/alert/outbox.ts'

interface Row {
  readonly id: number
  readonly notification: Notification
  state: 'waiting' | 'sent' | 'rejected' | 'disabled'
  attempts: number
  dueAt: number
  answer: string
}

export interface MemoryOutbox extends Outbox {
  readonly write: (notifications: readonly Notification[]) => void
  readonly states: () => readonly Readonly<Row>[]
  /** Every call throws this until it is null again. */
  readonly breakWith: (error: Error | null) => void
}

/** The outbox's promises, kept in memory: what delivery is tested against where the store doesn't matter. */
export function memoryOutbox(): MemoryOutbox {
  const rows: Row[] = []
  let broken: Error | null = null
  const check = (): void => {
    if (broken !== null) throw broken
  }
  const waiting = (): Row[] => rows.filter(({ state }) => state === 'waiting')
  return {
    receivers: async () => {
      check()
      return [...new Set(waiting().map(({ notification }) => notification.receiver))]
    },
    waiting: async (receiver, limit) => {
      check()
      return waiting()
        .filter(({ notification }) => notification.receiver === receiver)
        .slice(0, limit)
        .map((row) => ({ ...row, receiver, incident: row.notification.incident }))
    },
    later: async (id, dueAt, answer) => {
      check()
      for (const row of waiting()) if (row.id === id) Object.assign(row, { dueAt, answer, attempts: row.attempts + 1 })
    },
    end: async (id, how, _, answer) => {
      check()
      for (const row of waiting()) if (row.id === id) Object.assign(row, { state: how, answer })
    },
    write: (notifications) => {
      for (const notification of notifications) {
        rows.push({ id: rows.length + 1, notification, state: 'waiting', attempts: 0, dueAt: 0, answer: '' })
      }
    },
    states: () => rows,
    breakWith: (error) => {
      broken = error
    },
  }
}
