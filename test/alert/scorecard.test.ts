import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ScorecardMessage, ScorecardNotification } from '../../src/alert/scorecard/notification.ts'
import { scorecardNotification } from '../../src/report/scorecard/message.ts'
import { scorecardDocument } from '../../src/report/scorecard/scorecard.ts'
import { eventFacts, monthFacts, sloFacts } from '../report/scorecard/month-facts.ts'
import { blocksProblem, startSlack } from '../support/slack-server.ts'
import { startWebhook } from '../support/webhook-server.ts'
import { NEVER, receiverOf, ROUTING_KEY } from './receivers/make.ts'
import { NOON } from './sample.ts'

const facts = monthFacts({
  events: [eventFacts('Order')],
  slos: [sloFacts('Order', 'validity', { good: 9_000, total: 10_000 })],
})
const card = scorecardDocument(facts, { before: null, frozen: false })
const notification = scorecardNotification(card, 'it', NOON, 'https://assay.example.org')
const withMessage = (change: Partial<ScorecardMessage>): ScorecardNotification => ({
  ...notification,
  scorecard: { ...notification.scorecard, ...change },
})

describe('a scorecard', () => {
  it('is a message in Slack', async () => {
    const server = await startSlack()
    const slack = receiverOf({ name: 'it', slack: { webhook: { env: 'HOOK' } } }, { HOOK: server.webhook })
    expect(await slack.send(notification, NOON, NEVER)).toMatchObject({ outcome: 'sent' })
    const text = JSON.stringify(server.messages)
    for (const part of [
      '[production] October 2026: trust 3 of 100; 1 of 1 SLOs was broken',
      '*checkout* 3, SLOs 0 of 1 met',
      'spent 10 × its budget',
      '<https://assay.example.org/scorecards/2026-10|Open the scorecard>',
      'preliminary: ',
    ])
      expect(text).toContain(part)
    await server.close()
  })

  it('is a signed webhook, counted once over retries', async () => {
    const secret = `whsec_${Buffer.from('a key of at least 24 bytes in all').toString('base64')}`
    const server = await startWebhook({ secret, now: () => NOON })
    const hook = receiverOf(
      { name: 'it', webhook: { url: server.endpoint, secret: { env: 'SECRET' } } },
      { SECRET: secret },
    )
    server.fail({ kind: 'drop after' })
    expect((await hook.send(notification, NOON, NEVER)).outcome).toBe('later')
    expect((await hook.send(notification, NOON, NEVER)).outcome).toBe('sent')
    expect(server.messages.map(({ body }) => body)).toMatchObject([
      {
        type: 'scorecard.posted',
        data: { month: '2026-10', score: 3, state: 'preliminary', dedup_key: 'assay:production:scorecard_2026-10' },
      },
    ])
    await server.close()
  })

  it('is printed on the console', async () => {
    let printed = ''
    const screen = receiverOf({ name: 'it', console: {} }, {}, { write: (text) => (printed += text) })
    await screen.send(notification, NOON, NEVER)
    expect(printed).toMatch(/^── scorecard ── \[production\] October 2026: trust 3 of 100/)
    expect(printed).toContain('https://assay.example.org/scorecards/2026-10')
  })

  it('is never a page, though somebody configured it so', async () => {
    const config = { name: 'it', pagerduty: { routing_key: { env: 'KEY' }, url: 'http://127.0.0.1:9/' } }
    const answer = await receiverOf(config, { KEY: ROUTING_KEY }).send(notification, NOON, NEVER)
    expect(answer).toMatchObject({ outcome: 'rejected', detail: 'a scorecard is no page: PagerDuty is sent none' })
  })

  it('keeps within Slack’s limits, whatever is in it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('<!channel> '.repeat(36), '&'.repeat(400)),
    )
    const slack = receiverOf({ name: 'it', slack: { webhook: { env: 'HOOK' } } }, { HOOK: 'http://127.0.0.1:9/' })
    fc.assert(
      fc.property(text, fc.nat({ max: 40 }), (words, count) => {
        const { scorecard } = notification
        const domains = Array.from({ length: count }, () => ({
          name: words,
          owner: null,
          score: 1,
          scoreBefore: null,
          text: words,
        }))
        const change = {
          ...scorecard,
          title: words,
          domains,
          remarks: [words, words, words],
          link: 'https://a.example/?a|b>',
        }
        const { body } = slack.preview(withMessage(change))
        const { blocks } = JSON.parse(body) as { blocks: { type: string }[] }
        expect(blocksProblem(blocks)).toBeNull()
        expect(JSON.stringify(blocks.filter(({ type }) => type !== 'header'))).not.toContain('<!channel>')
      }),
      { numRuns: 40 },
    )
  })
})
