import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/model/failure.ts'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { observedSpans, readPositions, sourceProgress } from '../../src/store/positions.ts'
import type { Database } from '../../src/store/sql.ts'
import {
  allSeries,
  changedWindows,
  facetCounts,
  findingCounts,
  oldestMinute,
  seriesAfter,
  windowsBetween,
} from '../../src/store/windows.ts'
import {
  commitOf,
  countingCommit,
  countsOf,
  DAY_0,
  facetOf,
  missingRevenue,
  seriesOf,
  stepOf,
  usingWriter,
} from '../support/commits.ts'

/** What ingest is promised, on either engine. `make` opens an empty store. */
export function ingestContract(make: () => Promise<Database>): void {
  const using = usingWriter(make)
  const received = async (db: Database, grain: 'minute' | 'hour' | 'day') => {
    const ids = (await allSeries(db)).map(({ id }) => id)
    const rows = await windowsBetween(db, grain, ids, 0, Number.MAX_SAFE_INTEGER)
    return rows.map(({ start, counts }) => [start, counts.received])
  }

  describe('a batch', () => {
    it('adds to minute, hour and day, and moves its position', () =>
      using(async (db, writer) => {
        const late = DAY_0 + DAY - MINUTE
        await commitIngest(db, writer, countingCommit('Order', late, 3, stepOf(null, '1')))
        await commitIngest(db, writer, countingCommit('Order', late, 4, stepOf('1', '2')))
        await commitIngest(db, writer, countingCommit('Order', late + MINUTE, 5, stepOf('2', '3')))
        expect(await received(db, 'minute')).toEqual([
          [late, 7],
          [late + MINUTE, 5],
        ])
        expect(await received(db, 'hour')).toEqual([
          [DAY_0 + 23 * HOUR, 7],
          [DAY_0 + DAY, 5],
        ])
        expect(await received(db, 'day')).toEqual([
          [DAY_0, 7],
          [DAY_0 + DAY, 5],
        ])
        expect(await readPositions(db, 'web')).toEqual(new Map([['p', '3']]))
      }))

    it('adds every count and keeps the newest arrival, whatever the order', () =>
      using(async (db, writer) => {
        const series = seriesOf('Order')
        const all = { invalid: 2, incomplete: 3, identified: 4, duplicates: 5, timed: 6, late: 7, backfilled: 8 }
        const windows = (lastArrival: number) => [
          { series, minute: DAY_0, counts: countsOf(1, { ...all, lastArrival }) },
        ]
        for (const lastArrival of [50, 90, 70]) {
          await commitIngest(
            db,
            writer,
            commitOf({ delta: { windows: windows(lastArrival), facets: [], findings: [] } }),
          )
        }
        const [row] = await windowsBetween(db, 'day', [1], 0, DAY_0 + DAY)
        const sums = { invalid: 6, incomplete: 9, identified: 12, duplicates: 15, timed: 18, late: 21, backfilled: 24 }
        expect(row).toEqual({ series: 1, start: DAY_0, counts: { received: 3, ...sums, lastArrival: 90 } })
      }))

    it('is found by the oldest minute that is kept of its series', () =>
      using(async (db, writer) => {
        for (const [index, minute] of [DAY_0 + HOUR, DAY_0 + MINUTE].entries()) {
          const step = stepOf(index === 0 ? null : '1', `${index + 1}`)
          await commitIngest(db, writer, countingCommit(`Event ${index}`, minute, 1, step))
        }
        const ids = (await allSeries(db)).map(({ id }) => id)
        expect(await oldestMinute(db, ids)).toBe(DAY_0 + MINUTE)
        expect(await oldestMinute(db, ids.slice(0, 1))).toBe(DAY_0 + HOUR)
        expect([await oldestMinute(db, [4_711]), await oldestMinute(db, [])]).toEqual([null, null])
      }))

    it('writes nothing at all if its position has moved on', () =>
      using(async (db, writer) => {
        const first = countingCommit('Order', DAY_0, 3, stepOf(null, '1'))
        expect(await commitIngest(db, writer, first)).toBe('committed')
        expect(await commitIngest(db, writer, first)).toBe('superseded')
        const steps = [stepOf(null, 'x', { partition: 'a' }), stepOf('0', '2')]
        const other = { ...countingCommit('Never', DAY_0, 9, stepOf('0', '2')), steps }
        expect(await commitIngest(db, writer, other)).toBe('superseded')
        expect(await received(db, 'minute')).toEqual([[DAY_0, 3]])
        expect(await readPositions(db, 'web')).toEqual(new Map([['p', '1']]))
        expect((await allSeries(db)).map(({ event }) => event)).toEqual(['Order'])
      }))

    it('writes nothing once the slot is somebody else’s', () =>
      using(async (db, writer) => {
        await db.run('update writer set epoch = epoch + 1 where slot = ?', [writer.slot])
        expect(await commitIngest(db, writer, countingCommit('Order', DAY_0, 3, stepOf(null, '1')))).toBe('superseded')
        expect(await readPositions(db, 'web')).toEqual(new Map())
      }))

    it('that was rolled back leaves no name known that the store does not know', () =>
      using(async (db, writer) => {
        await commitIngest(db, writer, countingCommit('First', DAY_0, 1, stepOf(null, '1')))
        const full: Database = {
          ...db,
          transaction: (work) =>
            db.transaction(async (sql) => {
              await work(sql)
              throw new Failure('store_full', 'no room', { retryable: true })
            }),
        }
        const ghost = countingCommit('Ghost', DAY_0, 1, stepOf('1', '2'))
        await expect(commitIngest(full, writer, ghost)).rejects.toMatchObject({ code: 'store_full' })
        await commitIngest(db, writer, countingCommit('Second', DAY_0, 1, stepOf('1', '2')))
        await commitIngest(db, writer, countingCommit('Ghost', DAY_0, 5, stepOf('2', '3')))
        const names = new Map((await allSeries(db)).map(({ id, event }) => [id, event]))
        const rows = await windowsBetween(db, 'minute', [...names.keys()], 0, DAY_0 + DAY)
        expect(new Map(rows.map(({ series, counts }) => [names.get(series), counts.received]))).toEqual(
          new Map([
            ['First', 1],
            ['Second', 1],
            ['Ghost', 5],
          ]),
        )
      }))

    it('may hold names with U+0000, names that become the same, and names of any length', () =>
      using(async (db, writer) => {
        const events = ['a\u0000b', 'a\uFFFDb', 'a\ud800b', 'x'.repeat(100_000), '🎉'.repeat(5_000)]
        const windows = events.map((event) => ({ series: seriesOf(event), minute: DAY_0, counts: countsOf(1) }))
        const long = '\u0001\ud800é'.repeat(3_000)
        const facets = [long, `${long}!`].map((platform) => ({
          series: seriesOf(long),
          facet: { platform, appVersion: platform, library: platform, partition: platform },
          minute: DAY_0,
          counts: countsOf(1),
        }))
        const findings = [long, `${long}!`].map((path) => ({
          series: seriesOf(long),
          finding: { kind: 'violation' as const, path, keyword: long, message: long },
          minute: DAY_0,
          count: 2,
        }))
        const rejects = [
          {
            source: 'web',
            position: long,
            arrivedAt: null,
            event: long,
            reason: 'invalid' as const,
            violations: [],
            payload: long,
          },
        ]
        const commit = commitOf({ delta: { windows, facets, findings }, rejects })
        expect(await commitIngest(db, writer, commit)).toBe('committed')
        expect((await received(db, 'day')).map(([, count]) => count)).toEqual([3, 1, 1])
        const ids = (await allSeries(db)).map(({ id }) => id)
        expect((await facetCounts(db, ids, 0, DAY_0 + DAY, 'hour')).map(({ counts }) => counts.received)).toEqual([2])
        expect((await findingCounts(db, ids, 0, DAY_0 + DAY, 'hour')).map(({ count }) => count)).toEqual([4])
      }))
  })

  describe('facets and findings', () => {
    it('are summed over a span; null is not the empty text', () =>
      using(async (db, writer) => {
        const series = seriesOf('Order')
        const rows = [facetOf('ios', '4.3.0'), facetOf('', null), facetOf(null, '')]
        const facets = [0, 1, 2].flatMap((minute) =>
          rows.map((facet, index) => ({ series, facet, minute: DAY_0 + minute * MINUTE, counts: countsOf(index + 1) })),
        )
        const findings = [0, 1].map((minute) => ({
          series,
          finding: missingRevenue,
          minute: DAY_0 + minute * MINUTE,
          count: 4,
        }))
        await commitIngest(db, writer, commitOf({ delta: { windows: [], facets, findings } }))
        const found = await facetCounts(db, [1], DAY_0, DAY_0 + 2 * MINUTE, 'minute')
        expect(found.map(({ facet, counts }) => [facet, counts.received])).toEqual([
          [rows[1], 4],
          [rows[0], 2],
          [rows[2], 6],
        ])
        expect(await findingCounts(db, [1], DAY_0, DAY_0 + MINUTE, 'minute')).toEqual([
          { finding: missingRevenue, count: 4, first: DAY_0 },
        ])
        expect(await findingCounts(db, [1], DAY_0, DAY_0 + MINUTE, 'hour')).toEqual([
          { finding: missingRevenue, count: 8, first: DAY_0 },
        ])
        expect(await facetCounts(db, [], DAY_0, DAY_0 + DAY, 'hour')).toEqual([])
      }))
  })

  describe('progress', () => {
    it('says how far each partition was observed, and never goes back', () =>
      using(async (db, writer) => {
        const steps = [
          stepOf(null, '1', { observedUntil: 500, partition: 'b' }),
          stepOf(null, '1', { observedUntil: null, partition: 'a' }),
        ]
        await commitIngest(db, writer, commitOf({ steps }))
        await commitIngest(db, writer, commitOf({ steps: [stepOf('1', '2', { observedUntil: 400, partition: 'b' })] }))
        await commitIngest(
          db,
          writer,
          commitOf({ steps: [stepOf('1', '2', { observedUntil: 700, partition: 'a', complete: true })] }),
        )
        await commitIngest(db, writer, commitOf({ steps: [stepOf('2', '3', { observedUntil: null, partition: 'b' })] }))
        await commitIngest(db, writer, commitOf({ source: 'archive', steps: [stepOf(null, '1')] }))
        expect(await sourceProgress(db)).toEqual([
          { source: 'archive', partitions: [{ partition: 'p', observedUntil: null, complete: false }] },
          {
            source: 'web',
            partitions: [
              { partition: 'a', observedUntil: 700, complete: true },
              { partition: 'b', observedUntil: 500, complete: false },
            ],
          },
        ])
      }))

    it('keeps the spans in which a collector listened', () =>
      using(async (db, writer) => {
        const steps = [
          stepOf(null, '1', { listeningSince: 100, observedUntil: 200 }),
          stepOf('1', '2', { observedUntil: 300 }),
          stepOf('2', '3', { listeningSince: 900, observedUntil: 950 }),
          stepOf('3', '4', { observedUntil: 990 }),
          stepOf('4', '5', { observedUntil: 980 }),
        ]
        for (const step of steps) await commitIngest(db, writer, commitOf({ steps: [step] }))
        await commitIngest(db, writer, commitOf({ source: 'files', steps: [stepOf(null, '1', { observedUntil: 5 })] }))
        const spans = [
          { started: 100, ended: 300 },
          { started: 900, ended: 990 },
        ]
        expect(await observedSpans(db, 'web', 0, 10_000)).toEqual(new Map([['p', spans]]))
        expect(await observedSpans(db, 'web', 301, 950)).toEqual(new Map([['p', spans.slice(1)]]))
        expect(await observedSpans(db, 'web', 0, 900)).toEqual(new Map([['p', spans.slice(0, 1)]]))
        expect(await observedSpans(db, 'files', 0, 10_000)).toEqual(new Map())
      }))
  })

  describe('what changed', () => {
    it('is nothing without a commit, and every touched window with its whole sum after one', () =>
      using(async (db, writer) => {
        const other = await takeWriter(db)
        expect(other.slot).toBe(2)
        await commitIngest(db, writer, countingCommit('Order', DAY_0, 3, stepOf(null, '1')))
        const first = await changedWindows(db, 'minute', new Map())
        expect(first.rows.map(({ counts }) => counts.received)).toEqual([3])
        expect((await changedWindows(db, 'minute', first.upTo)).rows).toEqual([])
        await commitIngest(db, other, countingCommit('Order', DAY_0, 4, stepOf('1', '2')))
        await commitIngest(db, other, countingCommit('Order', DAY_0 + MINUTE, 9, stepOf('2', '3')))
        const second = await changedWindows(db, 'minute', first.upTo)
        expect(second.rows.map(({ start, counts }) => [start, counts.received])).toEqual([
          [DAY_0, 7],
          [DAY_0 + MINUTE, 9],
        ])
        expect((await changedWindows(db, 'hour', first.upTo)).rows.map(({ counts }) => counts.received)).toEqual([16])
        expect((await changedWindows(db, 'day', second.upTo)).rows).toEqual([])
      }))

    it('tells of series that are new', () =>
      using(async (db, writer) => {
        await commitIngest(db, writer, countingCommit('Order', DAY_0, 3, stepOf(null, '1')))
        await commitIngest(db, writer, countingCommit('Refund', DAY_0, 3, stepOf('1', '2')))
        const [order, refund] = await allSeries(db)
        expect(order).toEqual({ id: 1, source: 'web', kind: 'planned', event: 'Order' })
        expect(await seriesAfter(db, 1)).toEqual([refund])
      }))
  })
}
