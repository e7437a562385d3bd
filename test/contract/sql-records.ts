import { describe, expect, it } from 'vitest'
import type { Incident } from '../../src/model/incident.ts'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import { incidentsResolvedSince, openIncidents, upsertIncidents } from '../../src/store/incidents.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { assertLeads, takeLeadership, takeWriter } from '../../src/store/leases.ts'
import { readNote, writeNote } from '../../src/store/notes.ts'
import {
  allOutbox,
  appendOutbox,
  deliveriesOf,
  dropPending,
  endOutbox,
  postponeOutbox,
  waitingCounts,
  waitingFor,
  waitingReceivers,
} from '../../src/store/outbox.ts'
import { applyRetention } from '../../src/store/retention.ts'
import { readSightings } from '../../src/store/sightings.ts'
import type { Database } from '../../src/store/sql.ts'
import {
  readSlices,
  readSloStates,
  saveSlices,
  saveSloStates,
  saveVerdicts,
  verdictsBetween,
} from '../../src/store/verdicts.ts'
import {
  dropOtherGenerations,
  readVolumeBlocks,
  readVolumeNote,
  writeVolumeBlock,
  writeVolumeNote,
} from '../../src/store/volume-states.ts'
import { dropVolumeStreams, readVolumeStreams, writeVolumeStreams } from '../../src/store/volume-streams.ts'
import { commitOf, countsOf, DAY_0, facetOf, missingRevenue, seriesOf, stepOf } from '../support/commits.ts'

const incident: Incident = {
  id: 'inc_1',
  environment: 'test',
  domain: 'checkout',
  event: 'Order',
  slos: ['a'],
  severity: 'page',
  startedAt: DAY_0,
  openedAt: DAY_0,
  endedAt: null,
  resolvedAt: null,
  resolution: null,
  cause: null,
  affected: [],
  regressionOf: null,
  notifications: 0,
  explanation: [],
  noData: false,
  timeline: [],
}
const draft = (receiver: string, id = 'inc_1', n = 0) => ({
  at: DAY_0,
  incident: id,
  receiver,
  action: 'trigger',
  document: { n },
})

/** What the evaluator's and the deliverer's tables promise, on either engine. `make` opens an empty store. */
export function recordsContract(make: () => Promise<Database>): void {
  async function using(work: (db: Database) => Promise<void>): Promise<void> {
    const db = await make()
    try {
      await work(db)
    } finally {
      await db.close()
    }
  }

  describe('verdicts', () => {
    it('states are replaced, also a thousand at a time', () =>
      using(async (db) => {
        const states = (evaluatedUntil: number) =>
          Array.from({ length: 1_000 }, (_, n) => ({
            slo: `slo-${n}`,
            evaluatedUntil,
            document: { n, text: 'a\u0000b' },
          }))
        await db.transaction((sql) => saveSloStates(sql, states(1)))
        await db.transaction((sql) => saveSloStates(sql, states(2)))
        const read = await readSloStates<{ n: number; text: string }>(db)
        expect(read).toHaveLength(1_000)
        expect(read.find(({ slo }) => slo === 'slo-7')).toEqual(states(2)[7]) // escaped in JSON, U+0000 is stored as it is
      }))

    it('lines come by time, then by name in code units', () =>
      using(async (db) => {
        const line = (slo: string, at: number, n = 0) => ({ slo, at, document: { n } })
        await saveVerdicts(db, [line('b', 2), line('a', 2), line('B', 2), line('z', 1), line('a', 9)])
        await saveVerdicts(db, [line('z', 1, 7)])
        expect(await verdictsBetween(db, 1, 9)).toEqual([line('z', 1, 7), line('B', 2), line('a', 2), line('b', 2)])
      }))

    it('slices are kept by hour', () =>
      using(async (db) => {
        await saveSlices(db, [
          { slo: 'a', hour: 2 * HOUR, marks: 'old' },
          { slo: 'a', hour: HOUR, marks: 'gb' },
        ])
        await saveSlices(db, [{ slo: 'a', hour: 2 * HOUR, marks: 'bb' }])
        expect(await readSlices(db, 'a', 0)).toEqual([
          { hour: HOUR, marks: 'gb' },
          { hour: 2 * HOUR, marks: 'bb' },
        ])
        expect(await readSlices(db, 'a', HOUR + 1)).toHaveLength(1)
      }))
  })

  it('incidents are open until they are resolved', () =>
    using(async (db) => {
      const second = { ...incident, id: 'inc_0', event: null }
      await upsertIncidents(db, [incident, second])
      expect(await openIncidents(db)).toEqual([second, incident])
      const resolved = { ...incident, resolvedAt: DAY_0 + HOUR, resolution: 'recovered' as const }
      await upsertIncidents(db, [resolved])
      expect(await openIncidents(db)).toEqual([second])
      expect(await incidentsResolvedSince(db, DAY_0 + HOUR)).toEqual([resolved])
      expect(await incidentsResolvedSince(db, DAY_0 + HOUR + 1)).toEqual([])
    }))

  describe('the outbox', () => {
    it('keeps what waits until it is over, with each attempt', () =>
      using(async (db) => {
        await appendOutbox(db, [draft('pd', 'inc_1', 1), draft('pd', 'inc_1', 2), draft('slack', 'inc_1', 3)], 50)
        const [first] = await waitingFor(db, 'pd', 1)
        expect(first).toMatchObject({ document: { n: 1 }, state: 'waiting', attempts: 0, dueAt: 50, sentAt: null })
        expect(await postponeOutbox(db, first?.id ?? 0, 100, '503')).toBe(true)
        expect((await waitingFor(db, 'pd', 9)).map(({ dueAt }) => dueAt)).toEqual([100, 50])
        expect(await endOutbox(db, first?.id ?? 0, 'sent', 101, '202')).toBe(true)
        expect(await endOutbox(db, first?.id ?? 0, 'sent', 102, '202')).toBe(false)
        expect(await postponeOutbox(db, first?.id ?? 0, 200, '')).toBe(false)
        expect((await waitingFor(db, 'pd', 9)).map(({ document }) => document)).toEqual([{ n: 2 }])
        const [sent] = await deliveriesOf(db, 'inc_1')
        expect(sent).toEqual({
          ...draft('pd', 'inc_1', 1),
          id: first?.id,
          state: 'sent',
          attempts: 2,
          dueAt: 100,
          answer: '202',
          sentAt: 101,
        })
      }))

    it('says who waits for what, in the order of writing', () =>
      using(async (db) => {
        await appendOutbox(db, [draft('slack', 'inc_1', 1), draft('pd', 'inc_1', 2), draft('slack', 'inc_2', 3)])
        expect(await waitingReceivers(db)).toEqual(['pd', 'slack'])
        expect((await waitingFor(db, 'slack', 9)).map(({ document }) => document)).toEqual([{ n: 1 }, { n: 3 }])
        const dropped = await db.transaction((sql) => dropPending(sql, 'slack', 'inc_1', 5))
        expect(dropped.map(({ document }) => document)).toEqual([{ n: 1 }])
        expect((await waitingFor(db, 'slack', 9)).map(({ document }) => document)).toEqual([{ n: 3 }])
        expect(await waitingCounts(db)).toEqual(
          new Map([
            ['pd', 1],
            ['slack', 1],
          ]),
        )
        expect((await allOutbox(db)).map(({ state }) => state)).toEqual(['superseded', 'waiting', 'waiting'])
      }))
  })

  it('notes are documents by name', () =>
    using(async (db) => {
      expect(await readNote(db, 'demo')).toBeNull()
      await writeNote(db, 'demo', { at: 1 })
      await writeNote(db, 'demo', [2])
      expect(await readNote(db, 'demo')).toEqual([2])
    }))

  describe('leases', () => {
    it('the smallest free slot is taken; its numbers go on, its epoch rises', () =>
      using(async (db) => {
        const first = await takeWriter(db)
        const second = await takeWriter(db)
        expect([first.slot, first.epoch, second.slot]).toEqual([1, 1, 2])
        await commitIngest(db, first, commitOf())
        await first.release()
        const again = await takeWriter(db)
        expect([again.slot, again.epoch]).toEqual([1, 2])
        expect(await commitIngest(db, first, commitOf())).toBe('superseded')
        await commitIngest(db, again, commitOf())
        expect(await db.all('select seq from writer where slot = 1')).toEqual([{ seq: 2 }])
      }))

    it('one leads at a time, and one that was followed writes nothing more', () =>
      using(async (db) => {
        const first = await takeLeadership(db, 'a', 1)
        expect(await takeLeadership(db, 'b', 2)).toBeNull()
        if (first === null) throw new Error('nobody leads')
        await db.transaction((sql) => assertLeads(sql, first))
        await first.release()
        const second = await takeLeadership(db, 'b', 3)
        expect(second?.epoch).toBe(2)
        await expect(db.transaction((sql) => assertLeads(sql, first))).rejects.toMatchObject({ code: 'superseded' })
      }))
  })

  it('one generation of volume states is the valid one, whole and in order', () =>
    using(async (db) => {
      const note = (generation: number, blocks: number) => ({ generation, blocks, upTo: DAY_0, format: 'f', plan: 'p' })
      const write = async (generation: number, ...blocks: number[]) => {
        for (const block of blocks) await writeVolumeBlock(db, generation, block, new Uint8Array([generation, block]))
      }
      expect(await readVolumeNote(db)).toBeNull()
      await write(1, 1, 0, 2)
      await writeVolumeNote(db, note(1, 3))
      await write(2, 0, 1, 2, 3)
      const bytes = async (generation: number, blocks: number) =>
        (await readVolumeBlocks(db, note(generation, blocks))).map((each) => [...each])
      expect(await readVolumeNote(db)).toEqual(note(1, 3))
      expect(await bytes(1, 3)).toEqual([
        [1, 0],
        [1, 1],
        [1, 2],
      ])
      expect(await dropOtherGenerations(db, 1, 3)).toBe(3)
      expect(await dropOtherGenerations(db, 1, 3)).toBe(1)
      expect(await dropOtherGenerations(db, 1, 3)).toBe(0)
      await writeVolumeBlock(db, 2, 0, new Uint8Array([7]))
      await writeVolumeBlock(db, 2, 0, new Uint8Array([8]))
      await write(2, 1)
      await writeVolumeNote(db, note(2, 1))
      expect(await bytes(2, 1)).toEqual([[8]])
      expect(await bytes(1, 3)).toHaveLength(3)
    }))

  it('what is watched of volume is replaced stream by stream, and what is no longer watched goes', () =>
    using(async (db) => {
      const stream = (event: string, observed: number) => ({
        event,
        source: null,
        series: [event],
        unwatched: { platforms: 0, families: 1, properties: 0 },
        falseAlarmsPerWeek: 0.5,
        hours: [{ start: DAY_0, observed, band: { expected: 1.5, lower: 0, upper: 3 } }],
      })
      await writeVolumeStreams(
        db,
        [
          ['b', stream('b', 1)],
          ['a', stream('a', 1)],
        ],
        DAY_0,
      )
      await writeVolumeStreams(db, [['b', stream('b', 2)]], DAY_0 + 1)
      expect(await readVolumeStreams(db)).toEqual([stream('a', 1), stream('b', 2)])
      expect(await readVolumeStreams(db, 'b')).toEqual([stream('b', 2)])
      await dropVolumeStreams(db, DAY_0 + 1)
      expect(await readVolumeStreams(db)).toEqual([stream('b', 2)])
    }))

  it('retention leaves exactly what is to be kept', () =>
    using(async (db) => {
      const writer = await takeWriter(db)
      const now = DAY_0 + 500 * DAY
      const keep = { minutes: 2 * DAY, hours: 100 * DAY, quarantine: 14 * DAY, duplicates: DAY }
      const series = seriesOf('Order')
      let position: string | null = null
      for (const age of [0, 3 * HOUR, DAY, 2 * DAY, 2 * DAY + MINUTE, 20 * DAY, 101 * DAY, 401 * DAY]) {
        const minute = now - age
        const to = String(age)
        await commitIngest(
          db,
          writer,
          commitOf({
            steps: [stepOf(position, to, { listeningSince: minute - 1, observedUntil: minute })],
            delta: {
              windows: [{ series, minute, counts: countsOf(1) }],
              facets: [{ series, facet: facetOf('ios'), minute, counts: countsOf(1) }],
              findings: [{ series, finding: missingRevenue, minute, count: 1 }],
            },
            rejects: [
              {
                source: 'web',
                position: to,
                arrivedAt: minute,
                event: 'Order',
                reason: 'invalid',
                violations: [],
                payload: '{}',
              },
            ],
            sightings: [1, 2, 3].map((n) => ({ partition: 'p', hour: minute, bytes: new Uint8Array([n]) })),
          }),
        )
        position = to
        await saveVerdicts(db, [{ slo: 'a', at: minute, document: {} }])
        await saveSlices(db, [{ slo: 'a', hour: minute, marks: 'g' }])
        await appendOutbox(db, [draft('pd', age > DAY ? 'inc_old' : 'inc_1')])
        for (const { id } of await waitingFor(db, 'pd', 9)) await endOutbox(db, id, 'sent', minute, '')
      }
      await upsertIncidents(db, [incident, { ...incident, id: 'inc_old', resolvedAt: 1 }])
      await applyRetention(db, now, keep)
      const count = async (table: string) => (await db.all<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n
      expect(await count('window_minute')).toBe(4)
      expect(await count('facet_minute')).toBe(4)
      expect(await count('finding_minute')).toBe(4)
      expect(await count('window_hour')).toBe(6)
      expect(await count('facet_hour')).toBe(6)
      expect(await count('finding_hour')).toBe(6)
      expect(await count('window_day')).toBe(6)
      expect(await count('quarantine')).toBe(5)
      expect(await count('verdict')).toBe(7)
      expect(await count('slice_hour')).toBe(7)
      expect(await count('outbox')).toBe(7)
      expect(await count('incident')).toBe(2)
      expect(await count('observed_span')).toBe(6)
      const kept = await readSightings(db, 'web', 'p', 0)
      expect(kept.map(({ hour, bytes }) => [now - hour, [...bytes].length])).toEqual([
        [0, 1],
        [0, 1],
        [0, 1],
        [3 * HOUR, 3],
        [DAY, 3],
      ])
      expect(await applyRetention(db, now, keep)).toBe(0)
    }))

  it('joins the small rows of an hour of ids, in order, and leaves the large ones', () =>
    using(async (db) => {
      const writer = await takeWriter(db)
      const sizes = [300_000, 400_000, 12, 400_000, 24, 600_000, 36]
      for (const [n, size] of sizes.entries()) {
        const bytes = new Uint8Array(size).fill(n)
        await commitIngest(db, writer, commitOf({ sightings: [{ partition: 'p', hour: DAY_0, bytes }] }))
      }
      await applyRetention(db, DAY_0 + HOUR, { minutes: DAY, hours: DAY, quarantine: DAY, duplicates: DAY })
      const kept = await readSightings(db, 'web', 'p', 0)
      const ofEach = (bytes: Uint8Array) =>
        sizes.map((_, n) => bytes.reduce((sum, one) => sum + (one === n ? 1 : 0), 0))
      expect(kept.map(({ bytes }) => bytes.length)).toEqual([700_012, 400_060, 600_000])
      expect(kept.map(({ bytes }) => ofEach(bytes))).toEqual([
        [300_000, 400_000, 12, 0, 0, 0, 0],
        [0, 0, 0, 400_000, 24, 0, 36],
        [0, 0, 0, 0, 0, 600_000, 0],
      ])
    }))

  it('the quarantine is bounded in bytes: the oldest go', () =>
    using(async (db) => {
      const writer = await takeWriter(db)
      const rejects = Array.from({ length: 1_200 }, (_, n) => ({
        source: 'web',
        position: String(n),
        arrivedAt: DAY_0,
        event: 'Order',
        reason: 'invalid' as const,
        violations: [],
        payload: 'x'.repeat(800),
      }))
      await commitIngest(db, writer, commitOf({ rejects }))
      const keep = { minutes: DAY, hours: DAY, quarantine: DAY, duplicates: DAY, quarantineBytes: 500_000 }
      await applyRetention(db, DAY_0, keep)
      const left = await db.all<{ position: string }>('select position from quarantine order by id')
      expect(left.length).toBeGreaterThan(450)
      expect(left.length).toBeLessThanOrEqual(500)
      expect(left.at(-1)?.position).toBe('1199')
    }))

  it('hashes of ids are bounded in bytes for each source: the oldest hours go', () =>
    using(async (db) => {
      const writer = await takeWriter(db)
      const now = DAY_0 + 5 * HOUR
      for (const [partition, hour] of [
        ['p', now],
        ['q', now - HOUR],
        ['p', now - HOUR],
        ['q', now - 2 * HOUR],
      ] as const) {
        const sightings = [{ partition, hour, bytes: new Uint8Array(1_200) }]
        await commitIngest(db, writer, commitOf({ sightings }))
        if (hour === now) await commitIngest(db, writer, commitOf({ source: 'other', sightings }))
      }
      const keep = { minutes: DAY, hours: DAY, quarantine: DAY, duplicates: DAY, sightingBytes: 3_000 }
      await applyRetention(db, now, keep)
      const left = await db.all(
        'select source, partition_key as partition, hour from sighting order by source, hour desc, partition_key',
      )
      expect(left).toEqual([
        { source: 'other', partition: 'p', hour: now },
        { source: 'web', partition: 'p', hour: now },
        { source: 'web', partition: 'p', hour: now - HOUR },
      ])
      expect(await applyRetention(db, now, keep)).toBe(0)
    }))
}
