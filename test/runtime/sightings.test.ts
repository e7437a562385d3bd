import { expect, it } from 'vitest'
import { DAY, HOUR } from '../../src/model/time.ts'
import { createFilters } from '../../src/runtime/sightings.ts'
import { openStore } from '../../src/store/open.ts'
import { applyRetention } from '../../src/store/retention.ts'
import { addSightings } from '../../src/store/sightings.ts'

const T = Date.UTC(2026, 0, 15, 10)
const MOST = 20_000

it('the filters of all partitions that a process reads remember no more ids than those of one', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const filters = createFilters(db, 'stream', { horizon: DAY, shared: false, most: MOST })
  const keys = Array.from({ length: 8 }, (_, index) => `t-${index}`)
  const remembered = (): number => keys.reduce((sum, key) => sum + filters.of(key).size(), 0)
  const see = (key: string, from: number, to: number): void => {
    for (let n = from; n < to; n++) filters.of(key).see(`id-${n}`, T + n)
    filters.of(key).commit()
  }
  filters.assign(['t-0'])
  await filters.open(['t-0'])
  see('t-0', 0, 15_000)
  expect(remembered()).toBe(15_000)
  // Others come: it gives room away.
  filters.assign(keys)
  await filters.open(keys)
  for (const key of keys) see(key, 15_000, 30_000)
  expect(remembered()).toBeLessThanOrEqual(MOST)
  for (const key of keys) expect(filters.of(key).see('id-29999', T + HOUR)).toBe(true)
  // They go to others, and with them what was seen in them.
  filters.assign(['t-0'])
  expect(remembered()).toBe(filters.of('t-0').size())
  expect(filters.of('t-1').see('id-29999', T + HOUR)).toBe(false)
  expect(filters.of('t-0').see('id-29999', T + HOUR)).toBe(true)
  await db.close()
})

it('ids that were removed from the store for want of room are said to be lacking after a restart', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const before = createFilters(db, 'stream', { horizon: DAY, shared: false })
  for (let hour = 0; hour < 4; hour++) {
    for (let n = 0; n < 100; n++) before.of('t-0').see(`id-${hour}-${n}`, T + hour * HOUR + n)
    const seen = before.of('t-0').pending()
    await addSightings(
      db,
      'stream',
      seen.map((one) => ({ ...one, partition: 't-0' })),
    )
    before.of('t-0').commit()
  }
  expect(before.coveredSince()).toBeNull()
  // Room for two of the four hours, 1,200 bytes each.
  await applyRetention(db, T + 4 * HOUR, {
    minutes: DAY,
    hours: DAY,
    quarantine: DAY,
    duplicates: DAY,
    sightingBytes: 2_500,
  })
  const after = createFilters(db, 'stream', { horizon: DAY, shared: false })
  await after.open(['t-0'])
  expect(after.of('t-0').size()).toBe(200)
  expect(after.coveredSince()).toBe(T + 2 * HOUR)
  const other = createFilters(db, 'other', { horizon: DAY, shared: false })
  await other.open(['t-0'])
  expect(other.coveredSince()).toBeNull()
  await db.close()
})
