import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMonth } from '../../../src/report/scorecard/month.ts'
import { makeScorecard } from '../../../src/runtime/scorecard/scorecard.ts'
import { createScorecards } from '../../../src/runtime/scorecard/remembered.ts'
import { freezeScorecard } from '../../../src/store/scorecards.ts'
import { type Fixture, startServer } from '../fixture.ts'
import { makePlan, NOW } from '../plan.ts'
import { addTraffic } from '../rows.ts'

const plan = makePlan({ domains: ['checkout'], events: ['Order Completed'], slosPerEvent: 2 })

describe('GET /api/v1/scorecards/:month', () => {
  let server: Fixture
  beforeEach(async () => {
    server = await startServer({ currentPlan: plan })
    await addTraffic(server.db, 'Order Completed')
  })
  afterEach(() => server.close())

  it('answers with the month as it stands', async () => {
    const answer = await server.get('/api/v1/scorecards/2026-10')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    expect(await answer.json()).toMatchObject({
      schema_version: 1,
      month: '2026-10',
      state: 'preliminary',
      plan: plan.hash,
      formula: { version: 'trust-1' },
      domains: [{ domain: 'checkout', slos: [{}, {}] }],
    })
  })

  it('answers with a frozen month byte for byte, on the page too', async () => {
    const month = readMonth('2026-09', plan.timezone)
    if (month === null) throw new Error('is a month')
    const { text } = await makeScorecard(server.db, plan, month, NOW)
    const document = text.replace('"environment":"production"', '"environment": "as it was"')
    await freezeScorecard(server.db, { month: '2026-09', plan: 'another', frozenAt: NOW, document })
    expect(await (await server.get('/api/v1/scorecards/2026-09')).text()).toBe(document)
    expect(await (await server.get('/scorecards/2026-09')).text()).toContain('as it was')
  })

  it('is a click away: the last month of which something is known', async () => {
    const path = async () => new URL((await server.get('/scorecards')).url).pathname
    expect(await path()).toBe('/scorecards/2026-10')
    await freezeScorecard(server.db, {
      month: '2026-09',
      plan: 'p',
      frozenAt: NOW,
      document: await (await server.get('/api/v1/scorecards/2026-10')).text(),
    })
    const later = await startServer({
      currentPlan: plan,
      db: server.db,
      scorecard: createScorecards(
        server.db,
        () => plan,
        () => NOW,
      ),
    })
    expect((await later.get('/scorecards')).url).toBe(`${later.url}/scorecards/2026-09`)
    await later.close()
  })

  it.each(['2026-13', '2026', 'october', '2026-10-01', '%00', 'a'.repeat(5_000)])(
    'refuses %.12s, which is no month',
    async (month) => {
      for (const path of ['/api/v1/scorecards/', '/scorecards/']) {
        const answer = await server.get(path + month)
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          400,
          'application/problem+json; charset=utf-8',
        ])
        expect(await answer.json()).toMatchObject({ title: 'Bad month', status: 400 })
      }
    },
  )

  it.each(['2026-08', '2026-12', '2099-01'])('knows nothing of %s', async (month) => {
    const answer = await server.get(`/api/v1/scorecards/${month}`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ title: 'No data', status: 404, month })
  })
})
