import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/plan/schema/subschemas.ts'
import { judgeOf, told } from './judge.ts'
import { processorTime } from '../../support/processor-time.ts'

const cases: Record<string, { schema: Json; body: unknown; then: readonly string[] }> = {
  'a wrong type': {
    schema: { properties: { revenue: { type: 'number' } } },
    body: { revenue: '12' },
    then: ['/revenue type: string instead of number'],
  },
  'a fraction': {
    schema: { properties: { n: { type: 'integer' } } },
    body: { n: 1.5 },
    then: ['/n type: number instead of integer'],
  },
  'null and a list': {
    schema: { properties: { a: { type: 'string' }, b: { type: 'object' } } },
    body: { a: null, b: [] },
    then: ['/a type: null instead of string', '/b type: array instead of object'],
  },
  'several types': {
    schema: { properties: { a: { type: ['number', 'null'] } } },
    body: { a: true },
    then: ['/a type: boolean instead of number or null'],
  },
  'alternatives of types': {
    schema: { properties: { a: { anyOf: [{ type: 'number' }, { type: 'null' }] } } },
    body: { a: 'x' },
    then: ['/a anyOf: fits none of the alternatives', '/a type: string instead of number or null'],
  },
  'a missing property': { schema: { required: ['a~b/c'] }, body: {}, then: ['/a~0b~1c required: missing'] },
  'a missing property of a nested object': {
    schema: { properties: { a: { required: ['b'] } } },
    body: { a: {} },
    then: ['/a/b required: missing'],
  },
  'a property too many': {
    schema: { properties: { a: {} }, additionalProperties: false },
    body: { a: 1, b: 2 },
    then: ['/b additionalProperties: not in the contract'],
  },
  'one too many for several schemas': {
    schema: { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
    body: { a: 1, b: 2 },
    then: ['/b unevaluatedProperties: not in the contract'],
  },
  'a value not in the list': {
    schema: { properties: { currency: { enum: ['EUR', 'USD', 'GBP'] } } },
    body: { currency: 'private' },
    then: ['/currency enum: not one of EUR, USD, GBP'],
  },
  'another constant': { schema: { const: 1 }, body: 2, then: [' const: not 1'] },
  'too short, too long': {
    schema: { properties: { a: { minLength: 1 }, b: { maxLength: 2 } } },
    body: { a: '', b: 'abc' },
    then: ['/a minLength: shorter than 1', '/b maxLength: longer than 2'],
  },
  'numbers out of bounds': {
    schema: {
      properties: {
        a: { minimum: 0 },
        b: { maximum: 9 },
        c: { exclusiveMinimum: 0 },
        d: { exclusiveMaximum: 9 },
        e: { multipleOf: 5 },
      },
    },
    body: { a: -1, b: 10, c: 0, d: 9, e: 7 },
    then: [
      '/a minimum: below 0',
      '/b maximum: above 9',
      '/c exclusiveMinimum: not above 0',
      '/d exclusiveMaximum: not below 9',
      '/e multipleOf: not a multiple of 5',
    ],
  },
  'a pattern and a format': {
    schema: { properties: { a: { pattern: '^[A-Z]+$' }, b: { format: 'email' } } },
    body: { a: 'x', b: 'y' },
    then: ['/a pattern: does not match the pattern', '/b format: no valid email'],
  },
  lists: {
    schema: {
      properties: {
        a: { minItems: 2 },
        b: { maxItems: 1 },
        c: { uniqueItems: true },
        d: { contains: { const: 1 } },
        e: { prefixItems: [{}], items: false },
      },
    },
    body: { a: [1], b: [1, 2], c: [1, 1], d: [2], e: [1, 2] },
    then: [
      '/a minItems: fewer than 2 items',
      '/b maxItems: more than 1 items',
      '/c uniqueItems: an item stands twice',
      '/d contains: has no item of the kind that is wanted',
      '/d/0 const: not 1',
      '/e items: more than 1 items',
    ],
  },
  'what must not be, and what goes together': {
    schema: { not: { required: ['a'] }, dependentRequired: { a: ['b'] }, properties: { c: false } },
    body: { a: 1, c: 1 },
    then: [
      ' not: is what it must not be',
      '/b dependentRequired: missing, though a is there',
      '/c false schema: not allowed',
    ],
  },
  'a condition': {
    schema: { if: { required: ['a'] }, then: { required: ['b'] } },
    body: { a: 1 },
    then: ['/b required: missing'],
  },
  'draft-04 with its exclusive bounds': {
    schema: {
      $schema: 'http://json-schema.org/draft-04/schema#',
      properties: { a: { minimum: 0, exclusiveMinimum: true } },
    },
    body: { a: 0 },
    then: ['/a minimum: not above 0'],
  },
  'draft-07 with definitions': {
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { m: { type: 'number' } },
      properties: { a: { $ref: '#/definitions/m' } },
    },
    body: { a: '' },
    then: ['/a type: string instead of number'],
  },
  'names that every object inherits': {
    schema: { required: ['toString', 'constructor'] },
    body: { toString: 1 },
    then: ['/constructor required: missing'],
  },
}

describe('violations', () => {
  it.each(Object.entries(cases))('%s', (_name, { schema, body, then }) => {
    expect(told(schema, body)).toEqual(then)
  })

  it('of a valid body are one shared empty list', () => {
    const judge = judgeOf({ type: 'object' })
    expect(judge({})).toBe(judge({ a: 1 }))
  })

  it('are at most 20, in order, each once, and never hold a value', () => {
    const judge = judgeOf({ additionalProperties: { type: 'number', minimum: 3 } })
    const names = Array.from({ length: 100 }, (_, index) => `p${String(99 - index).padStart(2, '0')}`)
    const violations = judge(Object.fromEntries(names.map((name) => [name, 'secret-value'])))
    expect(violations.map(({ path }) => path)).toEqual(
      names
        .toSorted()
        .slice(0, 20)
        .map((name) => `/${name}`),
    )
    expect(JSON.stringify(violations)).not.toContain('secret')
  })

  it('of ten thousand bad items cost little more than finding them', () => {
    const judge = judgeOf({ properties: { items: { items: { anyOf: [{ type: 'number' }, { type: 'null' }] } } } })
    const body = { items: Array.from({ length: 9_000 }, () => 'x') }
    const first = judge(body)
    expect(first).toHaveLength(20)
    expect(first[0]).toEqual({ path: '/items/0', keyword: 'anyOf', message: 'fits none of the alternatives' })
    expect(first[1]).toEqual({ path: '/items/0', keyword: 'type', message: 'string instead of number or null' })
    const began = processorTime()
    for (let n = 0; n < 10; n += 1) judge(body)
    expect(processorTime() - began).toBeLessThan(700)
  })

  it('of a list of 300,000 bad items take little time and room', () => {
    const judge = judgeOf({ properties: { items: { items: { type: 'number' }, uniqueItems: true } } })
    const began = processorTime()
    expect(judge({ items: Array.from({ length: 300_000 }, () => 'x') })).toHaveLength(1)
    expect(processorTime() - began).toBeLessThan(2_000)
  })

  it('of items that must differ are found in time proportional to the list', () => {
    const judge = judgeOf({ uniqueItems: true })
    const began = processorTime()
    expect(judge(Array.from({ length: 100_000 }, (_, index) => ({ b: 1, a: index })))).toEqual([])
    expect(processorTime() - began).toBeLessThan(3_000)
    expect(
      told({ uniqueItems: true }, [
        { a: 1, b: [2] },
        { b: [2], a: 1 },
      ]),
    ).toEqual([' uniqueItems: an item stands twice'])
    expect(told({ uniqueItems: true }, [1, '1', true, 'true', null, 'null', [], {}, '[]', '{}', '{[]'])).toEqual([])
  })

  it.each([
    [0.01, [19.99, 0.07, 1.1, 1e-2, -4.35, 123_456_789.01, 0, 3e5], [19.999, 0.001, 1e-3, 123_456_789.015]],
    [0.1, [0.3, 0.7, 1e21], [0.30000000000000004, 0.05]],
    [0.0001, [0.0075], [0.00751]],
    [3, [9, -3, 0, 3e300 - 0], [10, 0.3]],
    [0.123456789, [0.123456789, 123.456789], [1e308]],
  ])('of multiples of %d go by the numbers as they are written', (multipleOf, good, bad) => {
    for (const n of good) expect(told({ multipleOf }, n), String(n)).toEqual([])
    for (const n of bad) {
      expect(told({ multipleOf }, n), String(n)).toEqual([` multipleOf: not a multiple of ${multipleOf}`])
    }
  })

  it('are the same as Ajv’s for any body, by path and keyword', () => {
    const schema = {
      type: 'object',
      required: ['a', 'b'],
      properties: {
        a: { type: 'string', minLength: 2 },
        b: { type: ['number', 'null'], minimum: 0 },
        c: { items: { enum: [1, 'x'] }, uniqueItems: true },
      },
      additionalProperties: false,
    }
    const judge = judgeOf(schema)
    const ajv = new Ajv2020({ allErrors: true, strict: false })
    const reference = ajv.compile(schema)
    const value = fc.oneof(fc.constantFrom(1, 'x', '', null, -1, 'xy', true), fc.array(fc.constantFrom(1, 'x', 2)))
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd/e'), value), fc.jsonValue()), (body) => {
        reference(body)
        const expected = new Set(
          (reference.errors ?? []).map(({ instancePath, keyword, params }) => {
            const name = params['missingProperty'] ?? params['additionalProperty']
            return `${instancePath}${name === undefined ? '' : `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`} ${keyword}`
          }),
        )
        const found = judge(body).map(({ path, keyword }) => `${path} ${keyword}`)
        expect(new Set(found).size).toBe(found.length)
        if (expected.size <= 20) expect(new Set(found)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    'http://json-schema.org/draft-04/schema#',
    'http://json-schema.org/draft-07/schema#',
    'https://json-schema.org/draft/2019-09/schema',
    'https://json-schema.org/draft/2020-12/schema',
  ])('are found through a reference to the whole schema, in %s', ($schema) => {
    const tree = { $schema, properties: { next: { $ref: '#' }, leaf: { type: 'number' } } }
    expect(told(tree, { next: { next: { leaf: 'x' } } })).toEqual(['/next/next/leaf type: string instead of number'])
    expect(told(tree, { next: { next: { leaf: 1 } } })).toEqual([])
  })

  describe.each(['2020-12', 'draft-07'])('of alternatives that each recur, in %s', (draft) => {
    const KINDS = ['paragraph', 'heading', 'list', 'quote']
    /** A text of nested blocks. With the children first, an alternative looks into them before it knows whether it is the one. */
    function text(childrenFirst: boolean): Json {
      const blocks = KINDS.map((kind) => {
        const children = { type: 'array', items: { $ref: '#' } }
        return {
          required: ['kind'],
          properties: childrenFirst ? { children, kind: { const: kind } } : { kind: { const: kind }, children },
        }
      })
      const leaf = { required: ['kind', 'text'], properties: { kind: { const: 'text' }, text: { type: 'string' } } }
      const address = draft === 'draft-07' ? 'http://json-schema.org/draft-07/schema#' : undefined
      return { ...(address === undefined ? {} : { $schema: address }), type: 'object', oneOf: [leaf, ...blocks] }
    }
    function nested(levels: number, leaf: unknown): unknown {
      let node: unknown = { kind: 'text', text: leaf }
      for (let level = 0; level < levels; level += 1) node = { kind: KINDS[level % 4], children: [node] }
      return node
    }

    it('all are named where that takes little', () => {
      expect(told(text(false), nested(3, 5))).toContain(
        '/children/0/children/0/children/0/text type: number instead of string',
      )
      expect(told(text(false), nested(3, 'x'))).toEqual([])
    })

    it('the first are where all would take seconds and gigabytes, as ten levels did', () => {
      const judge = judgeOf(text(false))
      const began = processorTime()
      expect(judge(nested(20, 5))).not.toEqual([])
      expect(judge(nested(20, 'x'))).toEqual([])
      expect(processorTime() - began).toBeLessThan(1_500)
    })

    it('what even a first one can’t be found of is said to be too deep', () => {
      const judge = judgeOf(text(true))
      const began = processorTime()
      expect(judge(nested(3, 'x'))).toEqual([])
      const tooDeep = [{ path: '', keyword: '$ref', message: 'too deep for the contract to be decided' }]
      expect(judge(nested(20, 'x'))).toEqual(tooDeep)
      expect(processorTime() - began).toBeLessThan(1_500)
    })

    it('a list may be as long as it likes', () => {
      const children = Array.from({ length: 50_000 }, () => ({ kind: 'text', text: 'x' }))
      expect(told(text(false), { kind: 'list', children })).toEqual([])
    })
  })

  it('of a deep body and a schema that recurses into it come without an exception', () => {
    const tree = {
      $ref: '#/$defs/tree',
      $defs: { tree: { properties: { next: { $ref: '#/$defs/tree' }, leaf: { type: 'number' } } } },
    }
    let body: Record<string, unknown> = { leaf: 'x' }
    for (let level = 0; level < 40; level++) body = { next: body }
    expect(told(tree, body)).toEqual([expect.stringMatching(/^(\/next){40}\/leaf type: string instead of number$/)])
    for (let level = 0; level < 10_000; level++) body = { next: body }
    expect(told(tree, body)).toHaveLength(1)
  })
})
