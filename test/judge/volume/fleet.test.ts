import { describe, expect, it } from 'vitest'
import type { VolumeAlarm } from '../../../src/judge/volume/alarm.ts'
import { volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { HOUR, iso } from '../../../src/model/time.ts'

const MONDAY = Date.UTC(2026, 0, 5)

function watch(counts: readonly number[]): VolumeAlarm[] {
  const fleet = volumeFleet({ timezone: 'UTC', falseAlarmsPerWeek: 1 })
  const told = counts.flatMap((count, hour) =>
    fleet.push('orders', { start: MONDAY + hour * HOUR, length: HOUR, count, total: null }),
  )
  return [...told, ...fleet.finish()]
}

describe('a fleet', () => {
  it('tells of an outage at the end of the bucket from which it could be known, and again when it is over', () => {
    const told = watch([...Array(30).fill(1_000), 0, 0, 0, ...Array(10).fill(1_000)])
    expect(told.map(({ kind, openedAt }) => [kind, iso(openedAt)])).toEqual([
      ['outage', iso(MONDAY + 31 * HOUR)],
      ['outage', iso(MONDAY + 31 * HOUR)],
    ])
    expect(told.map(({ closedAt }) => closedAt !== null)).toEqual([false, true])
  })
})
