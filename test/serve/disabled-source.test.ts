import { afterEach, expect, it } from 'vitest'
import { type Fixture, startServer } from './fixture.ts'
import { makePlan, verdictOf } from './plan.ts'
import { addVerdicts } from './rows.ts'

let server: Fixture
afterEach(() => server.close())

it('an SLO whose source is disabled is not evaluated, whatever its last verdict was', async () => {
  const made = makePlan({ domains: ['checkout'], events: ['Order Completed'], slosPerEvent: 1 })
  const slos = made.slos.map((slo) => ({ ...slo, source: 'web' }))
  const plan = { ...made, slos, sources: [{ id: 'web', type: 'http', disabled: 'WEB_WRITE_KEY is not set' }] }
  server = await startServer({ currentPlan: plan })
  await addVerdicts(
    server.db,
    slos.map((slo) => verdictOf(slo)),
  )
  const answer = (await (await server.get('/api/v1/slos')).json()) as { slos: { outcome: string; reason: string }[] }
  expect(answer.slos).toMatchObject([{ outcome: 'not_evaluated', reason: 'disabled' }])
})
