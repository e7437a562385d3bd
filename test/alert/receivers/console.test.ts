import { expect, it } from 'vitest'
import { factsOf, NOON, notificationOf } from '../sample.ts'
import { NEVER, receiverOf } from './make.ts'

it('prints an alert that can be read as it stands', async () => {
  let printed = ''
  const receiver = receiverOf({ name: 'screen', console: {} }, {}, { write: (text) => (printed += text) })
  expect(receiver.disabled).toBeNull()
  expect(await receiver.send(notificationOf(), NOON, NEVER)).toMatchObject({ outcome: 'sent', detail: 'printed' })
  expect(printed).toBe(receiver.preview(notificationOf()).body)
  expect(printed.split('\n').slice(0, 3)).toEqual([
    '── page ── [production] Order Completed: 12.4 % of records break their contract',
    '  Order Completed: 12.4 % of records break their contract in the last 1h; the objective is that 99.9 % of records keep their contract.',
    '  Since                   Mon 5 Oct 13:07 Europe/Berlin, for 23 min',
  ])
  for (const label of ['Cause ', 'Example ', 'Runbook ', 'Owner ', 'Goes to ', 'To silence '])
    expect(printed).toContain(`  ${label}`)
})

it('lets no event name move the cursor or forge a line', async () => {
  const facts = factsOf({ event: 'x\u001b[2J\r\n── page ── forged' }, { example: '\u009b2J' })
  const { body } = receiverOf({ name: 'screen', console: {} }).preview(notificationOf({}, facts))
  expect(body).not.toMatch(/[\u001b\u009b\r]/)
  expect(body.match(/^── page/gm)).toHaveLength(1)
})
