import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import { createEventHours } from '../../src/runtime/volume/event-hours.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { hoursKept } from '../../src/store/read/hourly.ts'
import { countedParts, oldestPart } from '../../src/store/read/minutely.ts'
import type { Database } from '../../src/store/sql.ts'
import { commitOf, countsOf, DAY_0, facetOf, seriesOf, stepOf } from '../support/commits.ts'

/** What the volume detector reads, on either engine. `make` opens an empty store. */
export function volumeContract(make: () => Promise<Database>): void {
  describe('what the volume detector reads', () => {
    it('is hours and parts of them, over writers, sources and clients', async () => {
      const db = await make()
      try {
        const [one, other] = [await takeWriter(db), await takeWriter(db)]
        const orders = seriesOf('Order')
        const arrived = (minute: number, received: number, more = {}) => {
          return { series: orders, minute: DAY_0 + minute * MINUTE, counts: countsOf(received, more) }
        }
        const of = (minute: number, received: number, platform: string | null, version: string | null) => {
          return { ...arrived(minute, received), facet: facetOf(platform, version) }
        }
        const finding = (path: string, kind: 'unfilled' | 'violation', count: number) => {
          const found = { kind, path, keyword: '', message: '' }
          return { series: orders, minute: DAY_0 + 3 * MINUTE, finding: found, count }
        }
        await commitIngest(
          db,
          one,
          commitOf({
            steps: [stepOf(null, '1')],
            delta: {
              windows: [arrived(3, 10, { invalid: 2, backfilled: 1 }), arrived(64, 5)],
              facets: [of(3, 6, 'ios', '4.2.1'), of(3, 4, 'ios', '4.2.9'), of(64, 5, null, null)],
              findings: [finding('/coupon~1code', 'unfilled', 4), finding('/revenue', 'violation', 2)],
            },
          }),
        )
        const elsewhere = { ...seriesOf('Order', 'shop') }
        await commitIngest(
          db,
          other,
          commitOf({
            source: 'shop',
            steps: [stepOf(null, '1')],
            delta: {
              windows: [
                { series: elsewhere, minute: DAY_0 + 4 * MINUTE, counts: countsOf(7) },
                { series: { ...elsewhere, kind: 'unplanned' }, minute: DAY_0, counts: countsOf(90) },
              ],
              facets: [{ series: elsewhere, minute: DAY_0 + 4 * MINUTE, facet: facetOf('ios'), counts: countsOf(7) }],
              findings: [],
            },
          }),
        )
        const reader = createEventHours(db)
        const both = { event: 'Order', source: null }
        const shop = { event: 'Order', source: 'shop' }
        const [first, second, third] = await reader.read([both, shop], DAY_0, DAY_0 + 3 * HOUR)
        expect(first?.hours.get('Order')).toEqual({
          ...both,
          start: DAY_0,
          received: 16,
          backfilled: 1,
          invalid: 2,
          incomplete: 0,
          identified: 0,
          duplicates: 0,
          platforms: new Map([['ios', 17]]),
          families: new Map([['ios+4.2', 10]]),
          unfilled: new Map([['coupon/code', 4]]),
        })
        expect(first?.hours.get('Order · from · shop')).toMatchObject({ received: 7, families: new Map() })
        expect(second?.hours.get('Order')).toMatchObject({ start: DAY_0 + HOUR, received: 5, platforms: new Map() })
        expect(third).toEqual({ start: DAY_0 + 2 * HOUR, hours: new Map() })
        expect(await hoursKept(db)).toEqual({ first: DAY_0, last: DAY_0 + HOUR })

        expect(await oldestPart(db)).toBe(DAY_0)
        const parts = await countedParts(db, { from: DAY_0, to: DAY_0 + 2 * HOUR })
        expect(parts?.toSorted((a, b) => a.start - b.start || a.received - b.received)).toEqual([
          { event: 'Order', source: 'shop', start: DAY_0, received: 7, backfilled: 0 },
          { event: 'Order', source: 'web', start: DAY_0, received: 10, backfilled: 1 },
          { event: 'Order', source: 'web', start: DAY_0 + HOUR, received: 5, backfilled: 0 },
        ])
        expect(await countedParts(db, { from: DAY_0 - MINUTE, to: DAY_0 + HOUR })).toBeNull()
      } finally {
        await db.close()
      }
    })
  })
}
