import { expect, it } from 'vitest'
import { createIncidentFacts } from '../../../src/runtime/evaluate/incident-facts.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { incidentOf, makePlan, NOW } from '../../serve/plan.ts'

const made = makePlan({ domains: ['checkout'], events: ['Order Completed', 'Signed Up'], slosPerEvent: 1 })

/** Each event goes to the orders and to a table of its own. */
const events = new Map(
  [...made.events].map(([name, event]) => {
    const to = (table: string) => ({ kind: 'table', name: table, key: null })
    return [name, { ...event, destinations: [to('orders'), to(event.slug)] }]
  }),
)
const plan: Plan = { ...made, events }
const [slo] = plan.slos
if (slo === undefined) throw new Error('a plan without SLOs')

it('says of events that moved together where any of them goes', () => {
  const facts = createIncidentFacts(plan, null, new Map())
  const namesOf = (incident: ReturnType<typeof incidentOf>) =>
    facts.alert(incident, NOW, null).involved.event?.destinations.map(({ name }) => name)
  expect(namesOf(incidentOf('inc_aaaaaaaaaaaa', slo))).toEqual(['orders', 'order-completed'])
  const together = incidentOf('inc_bbbbbbbbbbbb', slo, { events: ['Order Completed', 'Signed Up'] })
  expect(namesOf(together)).toEqual(['orders', 'order-completed', 'signed-up'])
})
