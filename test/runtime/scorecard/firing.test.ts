import { expect, it } from 'vitest'
import { DAY, iso } from '../../../src/model/time.ts'
import { lastFiring } from '../../../src/runtime/scorecard/firing.ts'

const cases: Record<string, { cron: string; zone: string; now: string; fired: string | null }> = {
  'the first at nine of winter time': {
    cron: '0 9 1 * *',
    zone: 'Europe/Berlin',
    now: '2026-11-01T08:00:00Z',
    fired: '2026-11-01T08:00:00.000Z',
  },
  'a second before it the last one is too long ago': {
    cron: '0 9 1 * *',
    zone: 'Europe/Berlin',
    now: '2026-11-01T07:59:59Z',
    fired: null,
  },
  'the first at nine of summer time': {
    cron: '0 9 1 * *',
    zone: 'Europe/Berlin',
    now: '2026-10-02T00:00:00Z',
    fired: '2026-10-01T07:00:00.000Z',
  },
  'seven days later still': {
    cron: '0 9 1 * *',
    zone: 'UTC',
    now: '2026-11-08T09:00:00Z',
    fired: '2026-11-01T09:00:00.000Z',
  },
  'and no longer': { cron: '0 9 1 * *', zone: 'UTC', now: '2026-11-08T09:00:01Z', fired: null },
  'an hour that summer time skips, when the clock has moved on': {
    cron: '30 2 29 3 *',
    zone: 'Europe/Berlin',
    now: '2026-03-30T00:00:00Z',
    fired: '2026-03-29T01:30:00.000Z',
  },
  'an hour that comes twice, the first time': {
    cron: '30 2 25 10 *',
    zone: 'Europe/Berlin',
    now: '2026-10-26T00:00:00Z',
    fired: '2026-10-25T00:30:00.000Z',
  },
  'the latest of several a day': {
    cron: '0 9,15 * * 1-5',
    zone: 'America/New_York',
    now: '2026-11-09T14:00:00Z',
    fired: '2026-11-09T14:00:00.000Z',
  },
  'the last day of a month': {
    cron: '0 18 L * *',
    zone: 'UTC',
    now: '2026-11-02T00:00:00Z',
    fired: '2026-10-31T18:00:00.000Z',
  },
  'a zone half an hour off': {
    cron: '0 0 1 * *',
    zone: 'Asia/Kolkata',
    now: '2026-10-31T18:30:00Z',
    fired: '2026-10-31T18:30:00.000Z',
  },
}

it.each(Object.entries(cases))('%s', async (_name, { cron, zone, now, fired }) => {
  const at = await lastFiring(cron, zone, Date.parse(now), 7 * DAY)
  expect(at === null ? null : iso(at)).toBe(fired)
})
