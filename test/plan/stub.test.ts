import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readName } from '../../src/observe/decode/text.ts'
import { contractFor } from '../../src/plan/match.ts'
import { contractStub, stubPath } from '../../src/plan/stub.ts'
import { linted, planned } from '../support/project.ts'
import { runsOf } from '../support/thorough.ts'

/** Saves a stub where it says that it belongs, in the domain checkout. */
function saved(event: string, bodies: readonly unknown[]) {
  return { [stubPath(event, 'checkout')]: contractStub(event, bodies) }
}

describe('a contract to start with', () => {
  it('has the types that were seen, requires what was always filled, and asks for no value', () => {
    const bodies = [
      {
        order_id: 'o-1',
        total: 12,
        coupon: null,
        note: '',
        items: [1],
        customer: { id: 'c', tags: { a: 1 } },
        mail: '‹email›',
      },
      { order_id: 'o-2', total: 12.5, coupon: 'X', note: 'n', items: [], customer: { id: 7 }, mail: null, extra: true },
    ]
    expect(contractStub('Order Completed', bodies)).toBe(`# Save as rules/domains/<domain>/events/order-completed.yaml

event: Order Completed
description: What has happened when this arrives, and who sends it.
versions:
  - version: 1
    schema:
      type: object
      required:
        - order_id
        - total
        - items
        - customer
      properties:
        order_id:
          type: string
        total:
          type: number
        coupon:
          type:
            - "null"
            - string
        note:
          type: string
        items:
          type: array
        customer:
          type: object
          required:
            - id
          properties:
            id:
              type:
                - number
                - string
            tags:
              type: object
        mail:
          x-pii: email
        extra:
          type: boolean
`)
  })

  it('judges the bodies that it was made from as valid, and lints clean', () => {
    const bodies = [
      { a: 1, b: { c: null } },
      { a: 2.5, b: { c: 'x', d: [] }, e: false },
    ]
    const event = planned(saved('New Thing', bodies)).events.get('New Thing')
    const contract = event === undefined ? undefined : contractFor(event, null)
    for (const body of bodies) expect(contract?.violations(body)).toEqual([])
    expect(contract?.violations({ a: 'x' })).toEqual([
      { path: '/a', keyword: 'type', message: 'string instead of number' },
      { path: '/b', keyword: 'required', message: 'missing' },
    ])
  })

  const hostile = [
    'yes',
    'null',
    '123',
    '~',
    '- a',
    'a: b',
    '#x',
    '"',
    "'",
    ' x ',
    'a\nb',
    '\u0000',
    '\ud800',
    '😀',
    '<<',
    '__proto__',
    'constructor',
    '*a',
    '&a',
    '!!int 1',
    '%',
    '@',
    '`',
    '{',
    '|',
    '2026-01-01',
    '0x1f',
    '\u2028',
    '‹email›',
    '<domain>',
    '---',
    'x'.repeat(300),
  ]
  it.each(hostile.map((name) => [name]))('named %j survives being saved and read', (name) => {
    const { lines, plan } = linted(saved(name, [{ [name]: 1, inner: { [name]: 'x' } }]))
    expect(lines).toEqual([])
    expect(plan?.events.size).toBe(2)
    // U+0000 and halves of pairs arrive as U+FFFD.
    expect(plan?.events.has(readName(name) ?? '')).toBe(true)
  })

  it('reads back as it was written, whatever was sent', () => {
    const body = fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.jsonValue())
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.array(body, { maxLength: 3 }), (event, bodies) => {
        expect(linted(saved(event, bodies)).lines).toEqual([])
      }),
      runsOf(100),
    )
  })

  it('of no bodies, or of such that are no objects, allows any object', () => {
    expect(contractStub('A', [])).toContain('      type: object\n')
    expect(contractStub('A', ['text', 1, null])).toBe(contractStub('A', []))
  })
})
