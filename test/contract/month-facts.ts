import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY, HOUR, type Instant, MINUTE } from '../../src/model/time.ts'
import type { Plan, SloPlan } from '../../src/plan/plan.ts'
import type { ScorecardDocument, SloDocument } from '../../src/report/scorecard/document.ts'
import { readMonth } from '../../src/report/scorecard/month.ts'
import { makeScorecard } from '../../src/runtime/scorecard/scorecard.ts'
import { applyRetention } from '../../src/store/retention.ts'
import type { Database } from '../../src/store/sql.ts'
import { listen } from '../runtime/scorecard/filled.ts'
import { makePlan } from '../serve/plan.ts'

/** October 2026 of Berlin. */
const FROM = Date.UTC(2026, 8, 30, 22)
const TO = Date.UTC(2026, 9, 31, 23)

/** What a month comes to from what the store holds, on either engine. `make` opens an empty store. */
export function monthFactsContract(make: () => Promise<Database>): void {
  describe('a month in the store', () => {
    let db: Database
    const base = makePlan({ domains: ['checkout'], events: ['Order Completed'], slosPerEvent: 3 })
    const withSlos = (change: (slo: SloPlan) => Partial<SloPlan>): Plan => ({
      ...base,
      slos: base.slos.map((slo) => ({ ...slo, ...change(slo) })),
    })
    const cardOf = async (name: string, plan: Plan, now: Instant = TO + 10 * DAY): Promise<ScorecardDocument> => {
      const month = readMonth(name, plan.timezone)
      if (month === null) throw new Error('is a month')
      return (await makeScorecard(db, plan, month, now)).document
    }
    const sloOf = (card: ScorecardDocument, kind: string): SloDocument => {
      const found = card.domains.flatMap(({ slos }) => slos).find((slo) => slo.kind === kind)
      if (found === undefined) throw new Error(`has an SLO on ${kind}`)
      return found
    }
    beforeEach(async () => {
      db = await make()
    })
    afterEach(() => db.close())

    it('holds the records that arrived in it: whole days, and the hours at its edges', async () => {
      const at = [FROM - MINUTE, FROM, FROM + HOUR, FROM + 2 * HOUR, FROM + 20 * DAY, TO - MINUTE, TO, TO + DAY]
      const records = at.map((instant, index) => ({ at: instant, received: 2 ** index, invalid: index === 4 ? 3 : 0 }))
      const [before = [], after = []] = [records.slice(0, 1), records.slice(1)]
      await listen(db, base, [{ from: FROM - HOUR, to: FROM, records: before }])
      await listen(db, base, [{ from: FROM, to: TO + 2 * DAY, records: after }], false)
      expect(sloOf(await cardOf('2026-10', base), 'validity')).toMatchObject({
        good: 2 + 4 + 8 + 16 + 32 - 3,
        total: 62,
      })
      expect(sloOf(await cardOf('2026-09', base), 'validity')).toMatchObject({ total: 1 })
      expect(sloOf(await cardOf('2026-11', base, TO + 3 * DAY), 'validity')).toMatchObject({ total: 64 + 128 })
    })

    it('counts minutes in which nobody listened as unobserved, from the first record on', async () => {
      const first = FROM + DAY
      await listen(db, base, [{ from: first, to: first + 2 * HOUR, records: [{ at: first, received: 30 }] }])
      // Down for 90 minutes and a bit: the minute that is cut is not observed either.
      await listen(db, base, [{ from: first + 3.5 * HOUR + 10_000, to: TO + DAY }], false)
      const card = await cardOf('2026-10', base)
      expect(card.coverage).toMatchObject({ minutes: (TO - first) / MINUTE, unobserved_minutes: 91 })
      expect(sloOf(card, 'validity').unobserved_minutes).toBe(91)
    })

    it('takes a source that stopped for good as unobserved until the end, and until now in a month that runs', async () => {
      await listen(db, base, [{ from: FROM, to: FROM + DAY, records: [{ at: FROM, received: 30 }] }])
      expect((await cardOf('2026-10', base)).coverage).toMatchObject({
        minutes: (TO - FROM) / MINUTE,
        unobserved_minutes: (TO - FROM - DAY) / MINUTE,
      })
      expect((await cardOf('2026-10', base, FROM + DAY + HOUR)).coverage).toMatchObject({
        minutes: 1_500,
        unobserved_minutes: 60,
      })
      // A few minutes behind are nobody's fault.
      expect((await cardOf('2026-10', base, FROM + DAY + 5 * MINUTE)).coverage).toMatchObject({
        minutes: 1_440,
        unobserved_minutes: 0,
      })
    })

    it('is held against the objectives with which it began', async () => {
      const lax = withSlos(() => ({ objective: 0.5 }))
      const records = (from: Instant) =>
        [0, 30].map((minute) => ({ at: from + minute * MINUTE, received: 50, invalid: 10 }))
      await listen(db, base, [{ from: TO - 3 * HOUR, to: TO - 2 * HOUR, records: records(TO - 3 * HOUR) }])
      await listen(db, lax, [
        { from: TO - 2 * HOUR, to: TO + 2 * HOUR, records: [...records(TO - 2 * HOUR), ...records(TO)] },
      ])
      expect(sloOf(await cardOf('2026-10', lax), 'validity')).toMatchObject({ objective: 0.99, outcome: 'violated' })
      const november = await cardOf('2026-11', lax, TO + 3 * HOUR)
      expect(sloOf(november, 'validity')).toMatchObject({ objective: 0.5, outcome: 'met' })
      expect(november.change?.objectives.map(({ from, to }) => [from, to])).toContainEqual([0.99, 0.5])
    })

    it('keeps an SLO that was taken out during the month, and forgets it in the next', async () => {
      const without = { ...base, slos: base.slos.filter(({ kind }) => kind !== 'validity') }
      await listen(db, base, [
        { from: TO - 3 * HOUR, to: TO - 2 * HOUR, records: [{ at: TO - 3 * HOUR, received: 50, invalid: 10 }] },
      ])
      await listen(db, without, [{ from: TO - 2 * HOUR, to: TO + 2 * HOUR, records: [{ at: TO, received: 50 }] }])
      const [kept, now] = [await cardOf('2026-10', base), await cardOf('2026-10', without)]
      expect(sloOf(now, 'validity')).toMatchObject({ in_force: false, good: 40, total: 50, outcome: 'violated' })
      expect([now.score, now.domains[0]?.score]).toEqual([kept.score, kept.domains[0]?.score])
      const november = await cardOf('2026-11', without, TO + 3 * HOUR)
      expect(november.domains[0]?.slos.map(({ kind }) => kind)).not.toContain('validity')
      expect(november.change).toMatchObject({ slos_removed: 0, slos_added: 0 })
    })

    it('counts the minutes of freshness and of active hours that were judged', async () => {
      const night = { days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 60, timezone: 'Europe/Berlin' }
      const plan = withSlos(({ kind }) =>
        kind === 'freshness' ? { maxAge: 30 * MINUTE } : kind === 'validity' ? { active: night } : {},
      )
      const records = [
        { at: FROM, received: 40, invalid: 1 },
        { at: FROM + HOUR, received: 400 },
        { at: FROM + DAY + 10 * MINUTE, received: 40, invalid: 2 },
      ]
      await listen(db, plan, [{ from: FROM, to: FROM + 2 * DAY, records }])
      const card = await cardOf('2026-10', plan)
      // Midnight to one of both days; the hour after is outside.
      expect(sloOf(card, 'validity')).toMatchObject({ good: 77, total: 80 })
      // Young for the 30 minutes after each record (29 where it stands at the minute's very start), of two days.
      expect(sloOf(card, 'freshness')).toMatchObject({ good: 29 + 29 + 29, total: 2_880 })
    })

    describe('of which an SLO has active hours for a part', () => {
      const night = { days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 60, timezone: 'Europe/Berlin' }
      const active = withSlos(({ kind }) => (kind === 'validity' ? { active: night } : {}))
      const without = { ...base, slos: base.slos.filter(({ kind }) => kind !== 'validity') }
      // Each day 40 in the active hour, of which one is wrong, and 400 in the hour after it.
      const days = (from: number, to: number) => ({
        from: FROM + from * DAY,
        to: FROM + to * DAY,
        records: Array.from({ length: to - from }, (_, day) => FROM + (from + day) * DAY).flatMap((at) => [
          { at, received: 40, invalid: 1 },
          { at: at + HOUR, received: 400 },
        ]),
      })
      const validity = async (plan: Plan) => sloOf(await cardOf('2026-10', plan), 'validity')

      it('counts what was active while it had them, and all of the rest after they were taken away', async () => {
        await listen(db, active, [days(0, 2)])
        await listen(db, base, [days(2, 5)])
        expect(await validity(base)).toMatchObject({ good: 2 * 39 + 3 * 439, total: 2 * 40 + 3 * 440 })
        await listen(db, active, [days(5, 6)])
        expect(await validity(active)).toMatchObject({ total: 2 * 40 + 3 * 440 + 40 })
      })

      it('and all that came before they were added', async () => {
        await listen(db, base, [days(0, 3)])
        expect(await validity(active)).toMatchObject({ good: 3 * 439, total: 3 * 440 })
        await listen(db, active, [days(3, 5)])
        expect(await validity(active)).toMatchObject({ good: 3 * 439 + 2 * 39, total: 3 * 440 + 2 * 40 })
        // The SLO itself is taken away: nothing that came later is its.
        await listen(db, without, [days(5, 6)])
        expect(await validity(without)).toMatchObject({ total: 3 * 440 + 2 * 40 })
      })

      it('but only active hours of a new SLO, which is judged from the first record on', async () => {
        await listen(db, without, [days(0, 2)])
        await listen(db, active, [days(2, 4)])
        expect(await validity(active)).toMatchObject({ good: 4 * 39, total: 4 * 40 })
      })
    })

    it('says the same after retention has taken the minutes', async () => {
      await listen(db, base, [{ from: FROM, to: FROM + HOUR, records: [{ at: FROM, received: 40 }] }])
      await listen(
        db,
        base,
        [{ from: FROM + HOUR, to: TO + DAY, records: [{ at: TO - DAY, received: 40, invalid: 4 }] }],
        false,
      )
      const before = JSON.stringify(await cardOf('2026-10', base))
      await applyRetention(db, TO + 5 * DAY, { minutes: 73 * HOUR, hours: 100 * DAY, quarantine: DAY, duplicates: DAY })
      expect(JSON.stringify(await cardOf('2026-10', base))).toBe(before)
    })

    it('names what came without a contract', async () => {
      const records = [
        { at: FROM, received: 60 },
        { at: FROM + DAY, received: 20, event: 'Mystery' },
      ]
      await listen(db, base, [{ from: FROM, to: FROM + MINUTE, records: records.slice(0, 1) }])
      await listen(db, base, [{ from: FROM + MINUTE, to: TO + DAY, records: records.slice(1) }], false)
      expect((await cardOf('2026-10', base)).coverage).toMatchObject({
        records: 80,
        records_with_contract: 0.75,
        unplanned: [{ name: 'Mystery', received: 20 }],
      })
    })
  })
}
