import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE } from '../../src/model/time.ts'
import { badRecordsOf } from '../../src/serve/bad-records.ts'
import { type Fixture, startServer } from './fixture.ts'
import { incidentOf, makePlan, NOW } from './plan.ts'
import { addQuarantine } from './rows.ts'

const plan = makePlan({ domains: ['checkout'], events: ['Order Completed'], slosPerEvent: 6 })
let server: Fixture
beforeEach(async () => {
  server = await startServer({ currentPlan: plan })
  await addQuarantine(server.db, 'Order Completed', NOW - MINUTE)
})
afterEach(() => server.close())

test.each([
  ['validity', 1],
  ['completeness', 1],
  ['freshness', 0],
  ['uniqueness', 0],
  ['timeliness', 0],
  ['volume', 0],
])('an incident of %s has %d record that breaks its contract as evidence', async (kind, records) => {
  const slo = plan.slos.find((one) => one.kind === kind)
  if (slo === undefined) throw new Error(`no SLO of kind ${kind}`)
  const incident = { ...incidentOf('inc_aaaaaaaaaaaa', slo), slos: [slo.name] }
  expect(await badRecordsOf(server.db, plan, incident, NOW)).toHaveLength(records)
  // Whose SLOs are gone: nobody knows what they were.
  expect(await badRecordsOf(server.db, { ...plan, slos: [] }, incident, NOW)).toHaveLength(1)
})
