import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import { emptyCounts, type SeriesKey, type WindowCounts } from '../../src/model/window.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import type { Incident } from '../../src/model/incident.ts'
import { openStore } from '../../src/store/open.ts'
import {
  lastArrivals,
  liveCounts,
  newestArrivals,
  seenEvents,
  unplannedNames,
  unplannedSeen,
} from '../../src/store/read/arrivals.ts'
import { eventCourse, hourCounts, nameCounts, versionCounts } from '../../src/store/read/counts.ts'
import { deliveriesOf, evidenceOf } from '../../src/store/read/evidence.ts'
import { incidentById, lastResolved, listIncidents } from '../../src/store/read/incidents.ts'
import { findingsOf, samplesOf } from '../../src/store/read/samples.ts'
import { answerable, dayUntil, seriesOf } from '../../src/store/read/spans.ts'
import { judgedUntil, latestVerdicts, verdictCourse } from '../../src/store/read/verdicts.ts'
import type { Database } from '../../src/store/sql.ts'
import { withPostgres } from '../support/postgres.ts'
import { EMPTY_PLAN, incidentOf, NOW, verdictOf } from './plan.ts'
import { addDelivery, addIncident, addVerdicts } from './rows.ts'

const HOUR_NOW = Math.floor(NOW / HOUR) * HOUR
const [slo] = EMPTY_PLAN.slos
if (slo === undefined) throw new Error('the plan has SLOs')

function counts(received: number, lastArrival: number, more: Partial<WindowCounts> = {}): WindowCounts {
  return { ...emptyCounts(), received, lastArrival, ...more }
}

/** What ingestion itself writes: two sources, an event with versions, a name without a contract, what can't be read. */
async function fill(db: Database): Promise<void> {
  const writer = await takeWriter(db)
  const planned = (source: string): SeriesKey => ({ source, kind: 'planned', event: 'Order Completed' })
  const minutes = [HOUR_NOW - 30 * HOUR, HOUR_NOW - 2 * HOUR, HOUR_NOW - 2 * HOUR + MINUTE, HOUR_NOW + 2 * MINUTE]
  for (const source of ['web', 'shop']) {
    const facet = (platform: string | null, appVersion: string | null, partition: string | null = null) => ({
      platform,
      appVersion,
      library: null,
      partition,
    })
    const rows = minutes.map((minute) => ({
      series: planned(source),
      minute,
      counts: counts(10, minute + 5_000, { invalid: 1, late: 2 }),
    }))
    const outcome = await commitIngest(db, writer, {
      source,
      steps: [],
      delta: {
        windows: [
          ...rows,
          {
            series: { source, kind: 'unplanned', event: 'Order Shipped' },
            minute: HOUR_NOW - 2 * HOUR + 7 * MINUTE,
            counts: counts(3, HOUR_NOW - 2 * HOUR + 7 * MINUTE + 9),
          },
          {
            series: { source, kind: 'undecodable', event: 'malformed_json' },
            minute: HOUR_NOW,
            counts: counts(4, HOUR_NOW),
          },
        ],
        facets: rows.flatMap((row) => [
          { ...row, facet: facet('android', '4.3.0'), counts: counts(6, row.counts.lastArrival, { invalid: 1 }) },
          { ...row, facet: facet(null, null), counts: counts(4, row.counts.lastArrival) },
          { ...row, facet: facet(null, null, '0') },
        ]),
        findings: rows.map(({ series, minute }) => ({
          series,
          minute,
          count: 1,
          finding: {
            kind: 'violation' as const,
            path: '/revenue',
            keyword: 'type',
            message: 'string instead of number',
          },
        })),
      },
      rejects: minutes.map((minute, index) => ({
        source,
        position: `line ${index}`,
        arrivedAt: minute + 5_000,
        event: 'Order Completed',
        reason: 'invalid' as const,
        violations: [{ path: '/revenue', keyword: 'type', message: 'string instead of number' }],
        payload: '{"a":1}',
      })),
      samples: [
        {
          source,
          kind: 'unplanned',
          event: 'Order Shipped',
          arrivedAt: NOW,
          payload: '{"a":1}',
          invalidPayload: null,
          properties: [],
        },
      ],
      sightings: [],
    })
    expect(outcome).toBe('committed')
  }
}

function reading(open: () => Promise<Database>): void {
  let db: Database
  beforeEach(async () => {
    db = await open()
  })
  afterEach(() => db.close())

  test('counts of a span, of all names or one, hours and minutes joined', async () => {
    await fill(db)
    const day = answerable({ from: NOW - DAY, to: NOW }, NOW)
    const all = await nameCounts(db, day)
    const order = {
      kind: 'planned',
      event: 'Order Completed',
      received: 60,
      invalid: 6,
      incomplete: 0,
      duplicates: 0,
      late: 12,
      lastArrival: HOUR_NOW + 2 * MINUTE + 5_000,
    }
    expect(all.find(({ kind }) => kind === 'planned')).toEqual(order)
    expect(all.find(({ kind }) => kind === 'undecodable')).toMatchObject({ event: 'malformed_json', received: 8 })
    expect(await nameCounts(db, day, seriesOf('planned', ['Order Completed', 'x', 'y']))).toEqual([order])
    expect(
      await nameCounts(db, { from: HOUR_NOW - 2 * HOUR + MINUTE, to: HOUR_NOW - 2 * HOUR + 2 * MINUTE }),
    ).toMatchObject([{ received: 20 }])
    const hours = await hourCounts(db, dayUntil(NOW))
    expect(
      hours
        .filter(({ kind }) => kind === 'planned')
        .map(({ start, received }) => [start, received])
        .sort(),
    ).toEqual([
      [HOUR_NOW - 2 * HOUR, 40],
      [HOUR_NOW, 20],
    ])
    expect(await eventCourse(db, 'Order Completed', 'minute', { from: HOUR_NOW, to: NOW })).toMatchObject([
      { start: HOUR_NOW + 2 * MINUTE, received: 20, invalid: 2 },
    ])
  })

  test('versions leave out what is counted by partition alone, and tell unknown from empty', async () => {
    await fill(db)
    expect(await versionCounts(db, ['Order Completed'], dayUntil(NOW))).toEqual([
      { event: 'Order Completed', appVersion: '4.3.0', platform: 'android', received: 36, invalid: 6 },
      { event: 'Order Completed', appVersion: null, platform: null, received: 24, invalid: 0 },
    ])
    expect(await versionCounts(db, [], dayUntil(NOW))).toEqual([])
  })

  test('first and last arrivals', async () => {
    await fill(db)
    expect(await lastArrivals(db)).toEqual(new Map([['Order Completed', HOUR_NOW + 2 * MINUTE + 5_000]]))
    const bySeries = [...(await newestArrivals(db)).values()]
    expect(bySeries.filter((at) => at === HOUR_NOW + 2 * MINUTE + 5_000)).toHaveLength(2)
    const seen = HOUR_NOW - 2 * HOUR + 7 * MINUTE
    expect(await unplannedSeen(db)).toEqual(new Map([['Order Shipped', { first: seen, last: seen + 9 }]]))
    expect(await unplannedNames(db, 'web', 5)).toEqual(['Order Shipped'])
    expect(await unplannedNames(db, 'web', 0)).toEqual([])
    expect(await unplannedNames(db, 'other', 5)).toEqual([])
    await db.run('delete from window_minute')
    expect((await unplannedSeen(db)).get('Order Shipped')?.first).toBe(HOUR_NOW - 2 * HOUR)
    expect(await seenEvents(db)).toEqual(new Set(['Order Completed']))
  })

  test('the last minutes, by source', async () => {
    await fill(db)
    const live = await liveCounts(db, NOW - 15 * MINUTE)
    expect(
      live
        .filter(({ kind }) => kind === 'planned')
        .map(({ source, received }) => [source, received])
        .sort(),
    ).toEqual([
      ['shop', 10],
      ['web', 10],
    ])
  })

  test('findings, samples and evidence', async () => {
    await fill(db)
    expect(await findingsOf(db, 'Order Completed', dayUntil(NOW))).toEqual([
      { kind: 'violation', path: '/revenue', keyword: 'type', message: 'string instead of number', count: 6 },
    ])
    expect((await samplesOf(db, 'unplanned', ['Order Shipped', 'Nobody'])).map(({ source }) => source)).toEqual([
      'shop',
      'web',
    ])
    const evidence = await evidenceOf(db, 'Order Completed', { from: NOW - 3 * HOUR, to: NOW }, 3)
    expect(evidence.map(({ position, violations }) => [position, violations.length])).toEqual([
      ['line 1', 1],
      ['line 1', 1],
      ['line 2', 1],
    ])
  })

  test('verdicts, incidents and deliveries', async () => {
    await addVerdicts(
      db,
      EMPTY_PLAN.slos.map((each) => verdictOf(each)),
    )
    await addIncident(db, incidentOf('inc_b', slo as NonNullable<typeof slo>))
    await addIncident(db, incidentOf('inc_a', slo as NonNullable<typeof slo>))
    await addIncident(db, incidentOf('inc_c', slo as NonNullable<typeof slo>, { resolvedAt: NOW }))
    await addDelivery(db, 'inc_b', 'waiting', '')
    expect([...(await latestVerdicts(db)).keys()].sort()).toEqual(EMPTY_PLAN.slos.map(({ name }) => name))
    expect([...(await latestVerdicts(db, ['nobody', EMPTY_PLAN.slos[1]?.name ?? ''])).keys()]).toEqual([
      EMPTY_PLAN.slos[1]?.name,
    ])
    expect(await verdictCourse(db, slo?.name ?? '', { from: 0, to: NOW })).toHaveLength(1)
    expect(await judgedUntil(db)).toBe(Math.floor(NOW / MINUTE) * MINUTE)
    const ids = async (query: Parameters<typeof listIncidents>[1]) =>
      (await listIncidents(db, query)).map(({ id }) => id)
    expect(await ids({ state: 'open', limit: 10 })).toEqual(['inc_a', 'inc_b'])
    expect(await ids({ state: 'all', limit: 2, after: { openedAt: NOW - 35 * MINUTE, id: 'inc_a' } })).toEqual([
      'inc_b',
      'inc_c',
    ])
    expect(await ids({ state: 'all', limit: 10, event: 'Nobody' })).toEqual([])
    expect((await lastResolved(db, 5)).map(({ id }) => id)).toEqual(['inc_c'])
    expect(await incidentById(db, 'inc_b\u0000')).toBeNull()
    expect(await deliveriesOf(db, 'inc_b')).toMatchObject([{ state: 'waiting', sentAt: null }])
  })

  test('incidents of an event that is in them with others, page by page', async () => {
    const [event, other] = ['Order Completed', 'Cart "Viewed"']
    for (let index = 0; index < 12; index++) {
      const events = index % 3 === 0 ? { events: [event, 'Payment Taken', ...(index % 6 === 0 ? [other] : [])] } : {}
      const openedAt = NOW - index * MINUTE
      const text = '"events":["Cart \\"Viewed\\""]'
      const incident = incidentOf(`inc_${index}`, slo as NonNullable<typeof slo>, { openedAt, ...events })
      await addIncident(db, { ...incident, explanation: [text] })
    }
    const pages = async (name: string, limit: number) => {
      const found: string[] = []
      let after: { openedAt: number; id: string } | null = null
      for (;;) {
        const page: Incident[] = await listIncidents(db, { state: 'all', limit, event: name, after })
        found.push(...page.map(({ id }) => id))
        const last = page.at(-1)
        if (last === undefined) return found
        after = { openedAt: last.openedAt, id: last.id }
      }
    }
    for (const limit of [1, 2, 50]) {
      expect(await pages(event, limit)).toHaveLength(12)
      expect(await pages('Payment Taken', limit)).toEqual(['inc_0', 'inc_3', 'inc_6', 'inc_9'])
      expect(await pages(other, limit)).toEqual(['inc_0', 'inc_6'])
      expect(await pages('payment taken', limit)).toEqual([])
    }
  })
}

describe('on SQLite', () => reading(() => openStore({ type: 'sqlite', path: ':memory:' })))
withPostgres('on Postgres', (postgres) =>
  reading(async () => openStore({ type: 'postgres', url: await postgres.createDatabase() })),
)
