import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { escaped, link } from '../../../src/alert/receivers/slack/mrkdwn.ts'
import { renderSlack } from '../../../src/alert/receivers/slack/render.ts'
import { receiverContract } from '../../contract/receiver.ts'
import { blocksProblem, type SlackServer, startSlack } from '../../support/slack-server.ts'
import { factsOf, NOON, notificationOf, SLO } from '../sample.ts'
import { NEVER, receiverOf } from './make.ts'

const CONFIG = { name: 'it', slack: { webhook: { env: 'HOOK' } } }

receiverContract((endpoint, deadline) => {
  const webhook = `${endpoint}/services/T000/B000/secretpath`
  return { receiver: receiverOf(CONFIG, { HOOK: webhook }, { deadline }), secrets: [webhook] }
})

const bodyOf = (notification = notificationOf()) => JSON.parse(renderSlack(CONFIG.slack, notification, () => 'u').body)

describe('Slack', () => {
  let server: SlackServer
  beforeAll(async () => {
    server = await startSlack()
  })
  afterAll(() => server.close())

  it('takes every action as a message', async () => {
    const it = receiverOf(CONFIG, { HOOK: server.webhook })
    for (const action of ['trigger', 'update', 'resolve', 'note'] as const) {
      expect(await it.send(notificationOf({ action }), NOON, NEVER)).toMatchObject({
        outcome: 'sent',
        detail: '200: ok',
      })
    }
    expect(server.messages.map(({ text }) => text.slice(13, 30))).toEqual([
      'Order Completed: ',
      'Now a page: Order',
      'Resolved: Order C',
      'Over already, for',
    ])
  })

  it('passes on its codes', async () => {
    const wrong = receiverOf(CONFIG, { HOOK: `${server.url}/services/T000/B000/other` })
    expect(await wrong.send(notificationOf(), NOON, NEVER)).toMatchObject({
      outcome: 'unauthorised',
      detail: '403: invalid_token',
    })
    const gone = receiverOf(CONFIG, { HOOK: `${server.url}/elsewhere` })
    expect(await gone.send(notificationOf(), NOON, NEVER)).toMatchObject({
      outcome: 'rejected',
      detail: '404: no_service',
    })
    server.archive()
    const archived = receiverOf(CONFIG, { HOOK: server.webhook })
    expect((await archived.send(notificationOf(), NOON, NEVER)).detail).toBe('410: channel_is_archived')
  })

  it('shows cause, example, links and how to silence', () => {
    const text = JSON.stringify(bodyOf().blocks)
    for (const part of ['94 % of the violations', '```{', '|Open the incident>', '|Runbook>', 'maintenance:']) {
      expect(text).toContain(part)
    }
    expect(JSON.stringify(bodyOf(notificationOf({ action: 'resolve' })).blocks)).not.toContain('```')
  })

  it('keeps within every limit, whatever is in the alert', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4_000 }),
      fc.constantFrom('<!channel> '.repeat(400), '&'.repeat(4_000), '```', '😀'.repeat(2_000)),
    )
    const property = fc.property(text, text, fc.integer({ min: 0, max: 12 }), (event, words, count) => {
      const slos = Array.from({ length: count }, (_, index) => ({ ...SLO, name: `${words}${index}` }))
      const facts = factsOf(
        { event, explanation: Array.from({ length: 5 }, () => words), regressionOf: 'inc_aaaaaaaaaaaa' },
        { slos, example: words },
      )
      const body = bodyOf(notificationOf({}, facts))
      expect(blocksProblem(body.blocks)).toBeNull()
      expect(body.text.length).toBeLessThanOrEqual(4_000)
      const parsed = body.blocks.filter(({ type }: { type: string }) => type !== 'header') // plain text is not parsed
      expect(JSON.stringify([body.text, parsed])).not.toContain('<!channel>')
    })
    fc.assert(property, { numRuns: 60 })
  })
})

describe('mrkdwn', () => {
  it('is escaped whole or not at all', () => {
    expect(escaped('a < b & c > d', 100)).toBe('a &lt; b &amp; c &gt; d')
    expect(escaped('&&&', 15)).toBe('&amp;&amp;&amp;')
    expect(escaped('&&&', 14)).toBe('&amp;&amp;…')
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('&', '<', 'a', '😀') }),
        fc.integer({ min: 1, max: 40 }),
        (text, limit) => {
          const out = escaped(text, limit)
          expect(out.length).toBeLessThanOrEqual(limit)
          expect(out.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/)
          expect(out.isWellFormed()).toBe(true)
        },
      ),
    )
  })
  it('links end where they should', () => {
    expect(link('https://x/a|b>c?d=1&e=2', 'Open')).toBe('<https://x/a%7Cb%3Ec?d=1&amp;e=2|Open>')
  })
})

describe('the stand-in for Slack', () => {
  const text = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) })
  it.each([
    [[{ type: 'section', text: text(3_000) }], null],
    [[{ type: 'section', text: text(3_001) }], 'invalid_blocks'],
    [[{ type: 'section', text: text(0) }], 'invalid_blocks'],
    [[{ type: 'section' }], 'invalid_blocks'],
    [[{ type: 'section', fields: Array(11).fill(text(1)) }], 'invalid_blocks'],
    [[{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }], 'invalid_blocks'],
    [[{ type: 'header', text: text(5) }], 'invalid_blocks'],
    [Array(51).fill({ type: 'divider' }), 'invalid_blocks'],
    [Array(5).fill({ type: 'section', text: text(2_900) }), 'msg_blocks_too_long'],
  ])('judges blocks as the real one does (%#)', (blocks, problem) => expect(blocksProblem(blocks)).toBe(problem))
})
