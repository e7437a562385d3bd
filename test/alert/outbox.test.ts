import { describe, expect, it } from 'vitest'
import { nextEntry, type OutboxEntry } from '../../src/alert/outbox.ts'
import { HOUR } from '../../src/model/time.ts'
import { NOON, notificationOf } from './sample.ts'

const entry = (id: number, incident: string, attempts: number, dueIn: number): OutboxEntry => ({
  id,
  receiver: 'it',
  incident,
  attempts,
  dueAt: NOON + dueIn,
  notification: notificationOf(),
})

describe('what is sent next', () => {
  const cases: Record<string, { waiting: OutboxEntry[]; then: number | null; until?: number | null }> = {
    'nothing, where nothing waits': { waiting: [], then: null, until: null },
    'the oldest': { waiting: [entry(1, 'a', 0, -5), entry(2, 'b', 0, -9)], then: 1 },
    'nothing before its time': { waiting: [entry(1, 'a', 0, 5)], then: null, until: NOON + 5 },
    'nothing newer while an older one waits for its retry': {
      waiting: [entry(1, 'a', 1, 900), entry(2, 'b', 0, 0)],
      then: null,
      until: NOON + 900,
    },
    'another incident, once an entry has failed for long': {
      waiting: [entry(1, 'a', 5, 900), entry(2, 'b', 0, 0)],
      then: 2,
    },
    'at once what would be due later than anything is put off: the clock was set back since': {
      waiting: [entry(1, 'a', 1, 2 * HOUR)],
      then: 1,
    },
    'never a later word on an incident before the former': {
      waiting: [entry(1, 'a', 9, 900), entry(2, 'a', 0, 0), entry(3, 'b', 9, 400)],
      then: null,
      until: NOON + 400,
    },
  }
  it.each(Object.entries(cases))('%s', (_, { waiting, then, until }) => {
    const next = nextEntry(waiting, NOON)
    expect(next.entry?.id ?? null).toBe(then)
    if (until !== undefined) expect(next.until).toBe(until)
  })
})
