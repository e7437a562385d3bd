import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { backoff } from '../../src/alert/backoff.ts'
import { block, cut, cutUnits, oneLine } from '../../src/alert/bounds.ts'
import { timeToExhaustion } from '../../src/alert/budget.ts'
import { maintenanceConfigOf } from './sample.ts'
import { percent, span } from '../../src/alert/figures.ts'
import { headline } from '../../src/alert/headline.ts'
import { messageOf } from '../../src/alert/message.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/model/time.ts'
import { factsOf, NOON, notificationOf, SLO, VERDICT } from './sample.ts'
import { runsOf } from '../support/thorough.ts'

const line = (message: ReturnType<typeof messageOf>, label: string): string | undefined =>
  message.facts.find((fact) => fact.label === label)?.text

describe('an alert', () => {
  const message = messageOf(factsOf())

  it('says what, since when, how much against which objective', () => {
    // burn 124 × (1 − 0.999) = 12.4 % bad in the hour of the first row whose windows are both beyond 14.4.
    expect(message.title).toBe('Order Completed: 12.4 % of records break their contract')
    expect(message.summary).toBe(
      'Order Completed: 12.4 % of records break their contract in the last 1h; the objective is that 99.9 % of records keep their contract.',
    )
    expect(line(message, 'Since')).toBe('Mon 5 Oct 13:07 Europe/Berlin, for 23 min')
    expect(line(message, 'Objective (validity)')).toBe(
      '99.9 % over 30d (order-completed-validity); 99.94 % of 12,480 so far',
    )
  })

  it('says what is left of the budget and when it is gone', () => {
    // 0.4 × 30 d / 124 = 8361 s = 2 h 19 min.
    expect(line(message, 'Budget left (validity)')).toBe(
      '40 %; gone in 2 h 19 min at this rate, Mon 5 Oct 15:49 Europe/Berlin; burning 124 × over the last 1h',
    )
    const spent = messageOf(factsOf({}, { verdicts: new Map([[SLO.name, { ...VERDICT, budgetRemaining: -2.1 }]]) }))
    expect(line(spent, 'Budget left (validity)')).toBe('none: 310 % of it is spent; burning 124 × over the last 1h')
  })

  it('says whose it is, what it hurts, where to read on and how to silence it', () => {
    expect(line(message, 'Owner')).toBe('payments (domain checkout, P0, #payments-data; backup platform)')
    expect(line(message, 'Goes to')).toBe('table main.analytics.order_completed')
    expect(message.link).toBe('https://assay.example.org/incidents/inc_0123456789ab')
    expect(message.runbook).toEqual({
      path: 'alerts/runbooks/schema-violations.md',
      url: 'https://assay.example.org/runbooks/schema-violations.md',
    })
    expect(message.cause[0]).toContain('android 4.3.0')
  })

  it('gives a maintenance window that can be pasted, whatever the name of the event', () => {
    const name = 'Odd: "name" # {with} \\ everything'
    const { silence } = messageOf(factsOf({ event: name }))
    const [window] = maintenanceConfigOf(parse(silence.slice(silence.indexOf('- ')))) ?? []
    expect(window?.match).toEqual({ event: name })
    expect([window?.from, window?.to].map((text) => Date.parse(text ?? ''))).toEqual([NOON, NOON + 4 * HOUR])
  })

  it('shows the interval where records were sampled', () => {
    const sampled = { ...VERDICT, lower: 0.998, upper: 0.9997 }
    const text = line(messageOf(factsOf({}, { verdicts: new Map([[SLO.name, sampled]]) })), 'Objective (validity)')
    expect(text).toContain('99.94 % (99.8 % to 99.97 %) of 12,480')
  })

  it('speaks of silence where an event is stale', () => {
    const slo = { ...SLO, kind: 'freshness' as const, maxAge: 30 * MINUTE, runbook: 'runbooks/freshness.md' }
    expect(messageOf(factsOf({}, { slos: [slo] })).title).toBe('Order Completed: no record younger than 30m')
  })

  it('of the end says how long it took and no rate any more', () => {
    const end = { endedAt: NOON + 10 * MINUTE, resolvedAt: NOON + 25 * MINUTE, resolution: 'recovered' } as const
    const message = messageOf(factsOf(end, { at: NOON + 25 * MINUTE }))
    expect(message.summary).toBe(
      'Order Completed is back to normal; it was wrong from Mon 5 Oct 13:07 Europe/Berlin for 33 min.',
    )
    expect(line(message, 'Budget left (validity)')).toBe('40 %')
  })

  it('can be written with nothing known but the incident', () => {
    const bare = { slos: [], event: null, domain: null, verdicts: new Map(), publicUrl: null, example: null }
    const own = messageOf(
      factsOf({ event: null, slos: [], domain: 'assay', explanation: ['web is 12 min behind'] }, bare),
    )
    expect(own.title).toBe('Assay: web is 12 min behind')
    expect(own.runbook).toEqual({ path: 'alerts/runbooks/ingest-behind.md', url: null })
    expect(own.link).toBeNull()
    expect(messageOf(factsOf({}, bare)).title).toBe('Order Completed: breaks an SLO')
  })

  it('has a headline for each action', () => {
    const say = (action: 'trigger' | 'update' | 'resolve' | 'note') => headline(notificationOf({ action }))
    expect(say('trigger')).toBe('[production] Order Completed: 12.4 % of records break their contract')
    expect(say('update')).toContain('Now a page: ')
    expect(say('resolve')).toContain('Resolved: ')
    expect(say('note')).toContain('for information only: ')
    const again = notificationOf({}, factsOf({ regressionOf: 'inc_aaaaaaaaaaaa' }))
    expect(headline(again)).toContain('Again: ')
  })

  it('stays bounded and on its lines, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
        const hostile = `${text}\n\u202e\u0000\ud800`
        const message = messageOf(
          factsOf({ event: hostile, explanation: [hostile.repeat(5)] }, { example: hostile.repeat(9) }),
        )
        const lines = [message.title, message.summary, ...message.cause, ...message.facts.map((fact) => fact.text)]
        for (const one of lines) {
          expect(one).not.toMatch(/[\p{Cc}\u202e\n]/u)
          expect(one.isWellFormed()).toBe(true)
          expect(Array.from(one).length).toBeLessThanOrEqual(1_200)
        }
        expect(Array.from(message.example ?? '').length).toBeLessThanOrEqual(1_500)
      }),
      runsOf(100),
    )
  })
})

describe('bounds', () => {
  it('never cut a character in half', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (text, limit) => {
        expect(Array.from(cut(text, limit)).length).toBeLessThanOrEqual(limit)
        expect(cut(text, limit).isWellFormed()).toBe(true)
        expect(cutUnits(text, limit).length).toBeLessThanOrEqual(limit)
        expect(cutUnits(text, limit).isWellFormed()).toBe(true)
        if (Array.from(text).length <= limit) expect(cut(text, limit)).toBe(text.toWellFormed())
      }),
    )
  })
  it('keep lines where there are several, and no escape sequence', () => {
    expect(block('{\n "a": "\u001b[31m\u009b"\r}', 50)).toBe('{\n "a": " [31m " }')
    expect(oneLine(' a\r\n\tb\u2028c ', 50)).toBe('a b c')
  })
})

describe('figures', () => {
  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.372, '37.2 %'],
    [0.9999, '99.99 %'],
    [0.99999999, 'nearly 100 %'],
    [0.00004, '0.004 %'],
    [1e-9, 'nearly 0 %'],
  ])('%d reads %s', (share, text) => expect(percent(share)).toBe(text))

  it.each([
    [59 * SECOND, '0 min'],
    [61 * MINUTE, '1 h 1 min'],
    [DAY + 5 * HOUR + MINUTE, '1 d 5 h'],
    [-MINUTE, '0 min'],
  ])('%d ms is %s', (duration, text) => expect(span(duration)).toBe(text))

  it('a budget that nothing burns is never gone, a spent one is', () => {
    expect(timeToExhaustion(SLO, VERDICT, 0)).toBeNull()
    expect(timeToExhaustion(SLO, { ...VERDICT, budgetRemaining: -1 }, 0)).toBe(0)
    expect(timeToExhaustion(SLO, { ...VERDICT, budgetRemaining: 0.5 }, 1)).toBe(15 * DAY)
  })
})

describe('back-off', () => {
  it('grows to five minutes with full jitter and honours what the receiver asks', () => {
    expect([1, 2, 3, 4, 9, 50].map((attempt) => backoff(attempt, 0.999999, null))).toEqual([
      1_000, 2_000, 4_000, 8_000, 256_000, 300_000,
    ])
    expect(backoff(4, 0.5, null)).toBe(4_000)
    expect(backoff(1, 0.5, 30_000)).toBe(30_000)
    expect(backoff(1, 0, null)).toBeGreaterThan(0)
  })
})
