import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import { openAccounts } from '../../src/runtime/evaluate/accounts.ts'
import { eventGauges } from '../../src/runtime/gauges.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { countingCommit, DAY_0, stepOf } from '../support/commits.ts'
import { planOf } from '../support/plan.ts'
import { sloPlan } from '../support/slo-plan.ts'

const PLAN = planOf([sloPlan({ name: 'order-validity' })])

test('the newest arrival of an event is known while it grows, and after a restart without a new record', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const newestOf = async (accounts: Awaited<ReturnType<typeof openAccounts>>) => {
    await accounts.refresh()
    return (await eventGauges(db, PLAN, accounts, DAY_0 + 2 * HOUR)).arrivals
  }
  const labels = { domain: 'checkout', event: 'Order Completed', source: 'web' }
  const first = await openAccounts(db, PLAN)
  await commitIngest(db, writer, countingCommit('Order Completed', DAY_0, 5, stepOf(null, '1')))
  expect(await newestOf(first)).toEqual([{ ...labels, lastArrival: DAY_0 + 1 }])
  await commitIngest(db, writer, countingCommit('Order Completed', DAY_0 + 7 * MINUTE, 5, stepOf('1', '2')))
  expect(await newestOf(first)).toEqual([{ ...labels, lastArrival: DAY_0 + 7 * MINUTE + 1 }])
  await commitIngest(db, writer, countingCommit('Order Completed', DAY_0 + 3 * MINUTE, 5, stepOf('2', '3')))
  const expected = [{ ...labels, lastArrival: DAY_0 + 7 * MINUTE + 1 }]
  expect(await newestOf(first)).toEqual(expected)
  expect(await newestOf(await openAccounts(db, PLAN))).toEqual(expected)
  await db.close()
})
