import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Judgement } from '../../../src/model/observation.ts'
import type { DecodedEvent } from '../../../src/model/record.ts'
import { check } from '../../../src/observe/check/check.ts'
import { isFilled } from '../../../src/observe/check/fill.ts'
import { isGuaranteed } from '../../../src/observe/check/guaranteed.ts'
import { contractVersion, planWith } from '../../support/contract.ts'

const SCHEMA = {
  type: 'object',
  required: ['order_id', 'revenue', 'note'],
  properties: {
    order_id: { type: 'string', minLength: 1 },
    revenue: { type: 'number' },
    note: { type: ['string', 'null'] },
    coupon: { type: 'string' },
  },
} as const
const important = [
  { property: 'cart_id', fill: null },
  { property: 'coupon', fill: 20 },
]
const plan = planWith({
  Order: [
    contractVersion(SCHEMA, { version: 1, important }),
    contractVersion({ ...SCHEMA, additionalProperties: false }, { version: 2, appliesFrom: '>=4.2.0', important }),
  ],
})

function judged(body: unknown, appVersion: string | null = null, event = 'Order'): Judgement {
  const decoded: DecodedEvent = {
    ok: true,
    event,
    id: null,
    body,
    eventTime: null,
    receivedAt: null,
    dimensions: { appVersion, platform: null, library: null },
    envelope: body,
  }
  return check(plan, decoded)
}

const whole = { order_id: 'o', revenue: 1, note: 'n', cart_id: 'c', coupon: 'x' }

describe('check', () => {
  it('answers one and the same judgement for records without fault', () => {
    const { cart_id: _unknown, ...known } = whole
    const plan = planWith({ Order: [contractVersion(SCHEMA)] })
    const decoded = {
      ok: true,
      event: 'Order',
      dimensions: { appVersion: null },
      body: known,
    } as unknown as DecodedEvent
    expect(check(plan, decoded)).toBe(check(plan, structuredClone(decoded)))
    expect(check(plan, decoded)).toEqual({
      outcome: 'valid',
      version: 1,
      violations: [],
      unplannedProperties: [],
      unfilled: [],
      unfilledGoals: [],
    })
  })

  it('counts violations, unfilled and unplanned properties apart', () => {
    expect(judged({ order_id: 'o', revenue: '1', note: null, extra: 1, cart_id: '' })).toEqual({
      outcome: 'invalid',
      version: 1,
      violations: [{ path: '/revenue', keyword: 'type', message: 'string instead of number' }],
      unplannedProperties: ['extra', 'cart_id'],
      unfilled: ['cart_id', 'note'],
      unfilledGoals: ['coupon'],
    })
  })

  it('calls a record valid in which nothing is wrong but the fill', () => {
    expect(judged({ ...whole, note: null, coupon: '' })).toMatchObject({
      outcome: 'valid',
      violations: [],
      unfilled: ['note'],
      unfilledGoals: ['coupon'],
    })
  })

  it('holds zero, false, empty lists and objects for filled', () => {
    for (const value of [0, false, [], {}]) expect(judged({ ...whole, cart_id: value }).unfilled).toEqual([])
  })

  it('with additionalProperties false an unplanned property is a violation and counted as unplanned as well', () => {
    expect(judged({ ...whole, extra: 1 }, '4.3.0')).toMatchObject({
      outcome: 'invalid',
      version: 2,
      violations: [
        { path: '/cart_id', keyword: 'additionalProperties' },
        { path: '/extra', keyword: 'additionalProperties' },
      ],
      unplannedProperties: ['cart_id', 'extra'],
    })
  })

  it('judges by the version that holds for the app version', () => {
    expect(judged(whole, '4.3.0').version).toBe(2)
    expect(judged(whole, '4.1.9').version).toBe(1)
    expect(judged(whole, null).version).toBe(1)
    expect(judged(whole, 'nightly').version).toBe(1)
  })

  it.each([null, 'text', 7, ['order_id']])('judges a body that is %j as one without properties', (body) => {
    expect(judged(body)).toMatchObject({
      outcome: 'invalid',
      unfilled: ['cart_id', 'note', 'order_id', 'revenue'],
      unplannedProperties: [],
    })
  })

  it('takes nothing inherited for a property', () => {
    const inherited = ['constructor', 'toString', '__proto__', 'hasOwnProperty']
    for (const name of inherited) expect(isFilled({}, name)).toBe(false)
    for (const name of inherited) expect(isFilled(JSON.parse(`{"${name}":1}`), name)).toBe(true)
    expect(judged({ ...whole, constructor: 1 }).unplannedProperties).toContain('constructor')
  })

  it('names at most 50 unplanned properties of one record', () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`p${n}`, n]))
    expect(judged(body).unplannedProperties).toHaveLength(50)
  })

  it('leaves what has no contract, and what is no event, to be counted by name', () => {
    expect(judged(whole, null, 'Login')).toMatchObject({ outcome: 'unplanned', version: null, violations: [] })
    const undecodable = { ok: false, reason: 'empty', event: null, receivedAt: null, excerpt: '' } as const
    expect(check(plan, undecodable)).toMatchObject({ outcome: 'undecodable', version: null })
  })
})

describe('isGuaranteed', () => {
  it('is never wrong: what it says is filled is filled in every body without violations', () => {
    const value = fc.constantFrom(null, '', 'x', 0, 1, false, true, [], {}, undefined)
    const said = fc.record(
      {
        type: fc.constantFrom(
          'string',
          'number',
          'integer',
          'null',
          'array',
          'object',
          ['string', 'null'],
          ['number', 'boolean'],
        ),
        minLength: fc.constantFrom(0, 1, 2),
        enum: fc.constantFrom(['x', 1], ['', 'x'], [null, 0]),
        nullable: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(said, fc.boolean(), value, (property, isRequired, given) => {
        const schema = { type: 'object', properties: { p: property }, ...(isRequired ? { required: ['p'] } : {}) }
        if (!isGuaranteed(schema, 'p')) return
        const body = given === undefined ? {} : { p: given }
        if (contractVersion(schema).violations(body).length === 0) expect(isFilled(body, 'p')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('takes null for unfilled where OpenAPI’s `nullable` allows it', () => {
    const schema = { type: 'object', required: ['p'], properties: { p: { type: 'number', nullable: true } } }
    const body = { p: null }
    expect(contractVersion(schema).violations(body)).toEqual([])
    expect(isGuaranteed(schema, 'p')).toBe(false)
  })

  it('trusts what it can see', () => {
    const guaranteed = contractVersion(SCHEMA).watched.filter((name) => isGuaranteed(SCHEMA, name))
    expect(guaranteed).toEqual(['order_id', 'revenue'])
  })
})
