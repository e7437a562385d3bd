import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { routesConfig } from '../../src/alert/config.ts'
import type { ScorecardNotification } from '../../src/alert/scorecard/notification.ts'
import { Failure } from '../../src/model/failure.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../../src/model/time.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { readMonth } from '../../src/report/scorecard/month.ts'
import { createMonthly, type Monthly, type MonthlyDeps } from '../../src/runtime/scorecard/monthly.ts'
import { makeScorecard, readOrMakeScorecard } from '../../src/runtime/scorecard/scorecard.ts'
import { assertLeads, takeLeadership } from '../../src/store/leases.ts'
import { allOutbox } from '../../src/store/outbox.ts'
import { readScorecard } from '../../src/store/scorecards.ts'
import type { Database } from '../../src/store/sql.ts'
import { makePlan } from '../serve/plan.ts'
import { listen } from '../runtime/scorecard/filled.ts'

/** October 2026 of Berlin ends at 23:00 UTC: midnight of winter time. */
const END = Date.UTC(2026, 9, 31, 23)
const NINE = END + 9 * HOUR
const FROZEN = END + 72 * HOUR

/** What is done once a month, on either engine. `make` opens an empty store. */
export function monthlyContract(make: () => Promise<Database>): void {
  describe('once a month', () => {
    let db: Database
    let plan: Plan
    let now: Instant
    let posted: number
    const said: string[] = []

    const started = (change: Partial<MonthlyDeps> = {}, to: string | string[] = 'slack'): Monthly =>
      createMonthly({
        db,
        plan: () => plan,
        routes: () => routesConfig.parse({ scorecard: { to } }),
        publicUrl: 'https://assay.example.org/',
        leads: () => true,
        assertLeads: async () => undefined,
        now: () => now,
        log: {
          info: (_fields, text) => said.push(text),
          warn: (_fields, text) => said.push(text),
          error: (_fields, text) => said.push(text),
        },
        onPosted: () => {
          posted += 1
        },
        ...change,
      })
    const written = () => allOutbox<ScorecardNotification>(db)
    const october = () => {
      const month = readMonth('2026-10', plan.timezone)
      if (month === null) throw new Error('is a month')
      return month
    }

    beforeEach(async () => {
      db = await make()
      plan = makePlan({ domains: ['checkout', 'growth'], events: ['Order Completed', 'Signed Up'], slosPerEvent: 3 })
      now = NINE
      posted = 0
      said.length = 0
      const records = [0, 30, 90].map((minute) => ({ at: END - 3 * HOUR + minute * MINUTE, received: 50, invalid: 1 }))
      await listen(db, plan, [{ from: END - 3 * HOUR, to: END + HOUR, records }])
    })
    afterEach(() => db.close())

    it('posts at nine on the 1st, not a minute before, and marks it as preliminary', async () => {
      now = NINE - MINUTE
      const monthly = started()
      await monthly.look()
      expect(await written()).toEqual([])
      now = NINE
      await monthly.look()
      const [first, ...others] = await written()
      expect([first?.receiver, first?.action, first?.incident, others]).toEqual([
        'slack',
        'scorecard',
        'scorecard_2026-10',
        [],
      ])
      expect(first?.document).toMatchObject({
        dedupKey: 'assay:production:scorecard_2026-10',
        scorecard: { month: '2026-10', frozen: false, link: 'https://assay.example.org/scorecards/2026-10' },
      })
      expect(first?.document.scorecard.state).toMatch(/^preliminary: .*final on Wed 4 Nov 00:00 Europe\/Berlin$/)
      expect(posted).toBe(1)
    })

    it('posts once per month and receiver, whatever restarts, and to one that is added later', async () => {
      for (let start = 0; start < 3; start += 1) {
        const monthly = started()
        for (let look = 0; look < 3; look += 1) await monthly.look()
        now += DAY
      }
      await started({}, ['slack', 'hook']).look()
      await started({}, ['slack', 'hook']).look()
      expect((await written()).map(({ receiver }) => receiver)).toEqual(['slack', 'hook'])
    })

    it('posts and freezes once, though the clock is set back before both and goes there again', async () => {
      const monthly = started()
      await monthly.look()
      now = FROZEN
      await monthly.look()
      const frozen = await readScorecard(db, '2026-10')
      expect(frozen).not.toBeNull()
      for (const at of [NINE - DAY, NINE, FROZEN + HOUR]) {
        now = at
        await monthly.look()
        await started().look()
      }
      expect(await written()).toHaveLength(1)
      expect(await readScorecard(db, '2026-10')).toEqual(frozen)
    })

    it('makes up for a post that was missed, for seven days', async () => {
      now = NINE + 7 * DAY
      await started().look()
      expect(await written()).toHaveLength(1)
    })

    it('posts nothing later than that', async () => {
      now = NINE + 7 * DAY + MINUTE
      await started().look()
      expect(await written()).toEqual([])
    })

    it('posts nothing about a month of which nothing is known', async () => {
      now = Date.UTC(2026, 9, 1, 9)
      await started().look()
      expect(await written()).toEqual([])
    })

    it('does nothing where another leads, and writes nothing once it has lost the lead', async () => {
      await started({ leads: () => false }).look()
      const former = await takeLeadership(db, 'former')
      await former?.release()
      const lead = await takeLeadership(db, 'next')
      if (former === null || lead === null) throw new Error('nobody else leads')
      now = FROZEN
      await started({ assertLeads: (sql) => assertLeads(sql, former) }).look()
      expect([await written(), await readScorecard(db, '2026-10')]).toEqual([[], null])
      expect(said.join()).toContain('Another Assay has taken the lead')
      await Promise.all([
        started({ assertLeads: (sql) => assertLeads(sql, lead) }).look(),
        started({ assertLeads: (sql) => assertLeads(sql, former) }).look(),
      ])
      expect(await written()).toHaveLength(1)
      await lead.release()
    })

    it('waits a day for a source that has not reached the end of the month', async () => {
      await db.run('update position set observed_until = ?', [END - HOUR])
      const monthly = started()
      await monthly.look()
      now = NINE + DAY - MINUTE
      await monthly.look()
      expect(await written()).toEqual([])
      now = NINE + DAY
      await monthly.look()
      expect(await written()).toHaveLength(1)
    })

    it('tries again after a store that did not answer', async () => {
      let fails = true
      const monthly = started({
        assertLeads: async () => {
          if (fails) throw new Failure('store_down', 'down', { retryable: true })
        },
      })
      await monthly.look()
      fails = false
      await monthly.look()
      expect(await written()).toHaveLength(1)
      expect(said[0]).toContain('put off')
    })

    it('freezes 72 hours after the end of the month, with the plan as it is then', async () => {
      now = FROZEN - 1
      const monthly = started()
      await monthly.look()
      expect(await readScorecard(db, '2026-10')).toBeNull()
      now = FROZEN
      await monthly.look()
      expect(await readScorecard(db, '2026-10')).toMatchObject({ month: '2026-10', plan: plan.hash, frozenAt: FROZEN })
      // It is the one after the last: nothing was known of September.
      expect(await readScorecard(db, '2026-09')).toBeNull()
    })

    it('serves the same bytes from then on, whatever becomes of plan, records and process', async () => {
      now = FROZEN
      const before = await makeScorecard(db, plan, october(), now)
      await started().look()
      const served = await readOrMakeScorecard(db, plan, october(), now)
      expect(served?.text).toBe(before.text)
      now += 40 * DAY
      expect((await makeScorecard(db, plan, october(), now)).text).toBe(before.text)
      plan = { ...makePlan({ domains: ['growth'], events: ['Signed Up'], slosPerEvent: 1 }), hash: 'b'.repeat(64) }
      await db.run('delete from window_hour')
      await started().look()
      expect((await readOrMakeScorecard(db, plan, october(), now))?.text).toBe(before.text)
    })
  })
}
