import { afterEach, describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import { readListening } from '../../../src/runtime/volume/listening.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database } from '../../../src/store/sql.ts'
import { commitOf, DAY_0, stepOf } from '../../support/commits.ts'
import { planOf } from '../../support/plan.ts'

const plan = planOf(
  [],
  [
    { id: 'web', type: 'http', disabled: null },
    { id: 'archive', type: 'file', disabled: null },
  ],
)
const minute = (count: number) => DAY_0 + count * MINUTE

let db: Database
afterEach(() => db.close())

/** Web listened from minute 0 on but for these gaps, up to minute 240. */
async function listened(...gaps: readonly (readonly [number, number])[]): Promise<void> {
  db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  let since = 0
  for (const [index, [down, up]] of [...gaps, [240, 240] as const].entries()) {
    const step = stepOf(index === 0 ? null : `${index}`, `${index + 1}`, {
      observedUntil: minute(down),
      listeningSince: minute(since),
    })
    await commitIngest(db, writer, commitOf({ steps: [step] }))
    since = up
  }
}

const read = () => readListening(db, plan, ['web', 'archive'], minute(240))

describe('listening', () => {
  it('is broken for the parts that a gap touches, and for the hour when it is long', async () => {
    await listened([67, 83], [190, 191])
    const { throughHour, throughout } = await read()
    const parts = Array.from({ length: 12 }, (_, part) => 60 + part * 5)
    const whole = parts.filter((from) => throughout(['web'], minute(from), minute(from + 5)))
    expect(whole).toEqual([60, 85, 90, 95, 100, 105, 110, 115])
    expect([0, 1, 2, 3].map((hour) => throughHour(['web'], DAY_0 + hour * HOUR))).toEqual([true, false, true, true])
    expect(throughout(['web'], minute(190), minute(195))).toBe(false)
    expect(throughout(['web'], minute(185), minute(190))).toBe(true)
  })

  it('is a matter of each source that decides; an archive is always there', async () => {
    await listened([67, 83])
    const { throughHour, throughout } = await read()
    expect(throughout(['archive'], minute(70), minute(75))).toBe(true)
    expect(throughout(['archive', 'web'], minute(70), minute(75))).toBe(false)
    expect(throughHour(['archive'], minute(60))).toBe(true)
    expect(throughHour(['archive', 'web'], minute(60))).toBe(false)
    expect(throughout([], minute(70), minute(75))).toBe(true)
  })

  it('begins with the first that is known of it', async () => {
    await listened()
    const { throughHour, throughout } = await read()
    expect(throughout(['web'], minute(-5), minute(0))).toBe(false)
    expect(throughHour(['web'], minute(-60))).toBe(false)
    expect(throughHour(['web'], minute(0))).toBe(true)
  })
})
