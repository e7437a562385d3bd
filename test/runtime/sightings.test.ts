import { expect, it } from 'vitest'
import { DAY, HOUR } from '../../src/model/time.ts'
import { createFilters } from '../../src/runtime/sightings.ts'
import { openStore } from '../../src/store/open.ts'

const T = Date.UTC(2026, 0, 15, 10)
const MOST = 20_000

it('the filters of all partitions that a process reads remember no more ids than those of one', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const filters = createFilters(db, 'stream', DAY, false, MOST)
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
