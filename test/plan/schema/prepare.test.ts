import { describe, expect, it } from 'vitest'
import { metaProblems } from '../../../src/plan/schema/validators.ts'
import type { Json } from '../../../src/plan/schema/subschemas.ts'
import { problemsOf, told } from './judge.ts'
import { processorTime } from '../../support/processor-time.ts'

const ENDLESS = 'error: this reference leads back to itself without a step into the data: it can never be decided'

const cases: Record<string, { schema: Json; then: readonly string[] }> = {
  'a tree is no loop': { schema: { properties: { children: { items: { $ref: '#' } } } }, then: [] },
  'a schema that is itself': { schema: { $ref: '#' }, then: [`/$ref ${ENDLESS}`] },
  'two definitions that are each other': {
    schema: { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { allOf: [{ $ref: '#/$defs/a' }] } } },
    then: [`/$defs/b/allOf/0/$ref ${ENDLESS}`],
  },
  'a loop through anchors': {
    schema: { $ref: '#x', $defs: { x: { $anchor: 'x', anyOf: [{ $ref: '#x' }, {}] } } },
    then: [`/$defs/x/anyOf/0/$ref ${ENDLESS}`],
  },
  'a reference to elsewhere': {
    schema: { properties: { a: { $ref: 'https://example.org/money.json' } } },
    then: [
      '/properties/a/$ref error: the reference "https://example.org/money.json" leaves this schema: write what it names under $defs and refer to "#/$defs/…"',
    ],
  },
  'a reference to a file': {
    schema: { $ref: 'file:///etc/passwd' },
    then: [
      '/$ref error: the reference "file:///etc/passwd" leaves this schema: write what it names under $defs and refer to "#/$defs/…"',
    ],
  },
  'a reference to nothing': {
    schema: { $ref: '#/$defs/none' },
    then: ['/$ref error: the reference "#/$defs/none" names nothing in this schema'],
  },
  'a property called $ref, an example with a pattern': {
    schema: {
      properties: { $ref: { type: 'string' }, pattern: { type: 'string' } },
      examples: [{ $ref: 'https://x', pattern: '(?=x)' }],
      default: { $ref: 1 },
    },
    then: [],
  },
  'a misspelt keyword': {
    schema: { requird: ['a'], properties: { a: { minLenght: 1 }, minLenght: {} } },
    then: [
      '/requird warning: JSON Schema has no keyword "requird", so that it says nothing: did you mean "required"?',
      '/properties/a/minLenght warning: JSON Schema has no keyword "minLenght", so that it says nothing: did you mean "minLength"?',
    ],
  },
  'a format that nobody checks': {
    schema: { properties: { a: { format: 'emial' }, b: { format: 'uuid' }, format: { type: 'string' } } },
    then: ['/properties/a/format warning: the format "emial" is not known and so not checked: did you mean "email"?'],
  },
  'an empty enum': {
    schema: { properties: { a: { enum: [] } } },
    then: ['/properties/a/enum error: an empty list allows no value at all: name some, or leave it out'],
  },
}

describe('a schema', () => {
  it.each(Object.entries(cases))('%s', (_name, { schema, then }) => {
    expect(problemsOf(schema)).toEqual(then)
  })

  it('with a pattern that RE2 cannot take is judged without it, and says so', () => {
    const schema = { properties: { a: { type: 'string', pattern: '^(?=x)y' } } }
    expect(problemsOf(schema)).toEqual([
      expect.stringMatching(
        /^\/properties\/a\/pattern warning: the pattern "\^\(\?=x\)y" can't be matched in linear time \(.+\): it is not checked$/,
      ),
    ])
    expect(told(schema, { a: 'zzz' })).toEqual([])
    expect(told(schema, { a: 1 })).toEqual(['/a type: number instead of string'])
  })

  it('with a pattern for names that RE2 cannot take says nothing of names', () => {
    const schema = {
      patternProperties: { '(?!x)': { type: 'number' }, '^n_': { type: 'number' } },
      additionalProperties: false,
    }
    expect(problemsOf(schema)).toHaveLength(1)
    expect(told(schema, { anything: 'goes', n_1: 'x' })).toEqual(['/n_1 type: string instead of number'])
  })

  it('with $id and anchors is understood, and two with the same $id do not meet', () => {
    const schema = (type: string) => ({
      $id: 'https://example.org/order',
      properties: {
        a: { $ref: '#money' },
        b: { $ref: 'parts/line#/$defs/x' },
        c: { $ref: 'https://example.org/order#/$defs/m' },
      },
      $defs: { m: { $anchor: 'money', type }, line: { $id: 'parts/line', $defs: { x: { type } } } },
    })
    const all = ['/a', '/b', '/c']
    expect(problemsOf(schema('string'))).toEqual([])
    expect(told(schema('string'), { a: 1, b: 1, c: 1 })).toEqual(
      all.map((path) => `${path} type: number instead of string`),
    )
    expect(told(schema('number'), { a: '', b: '', c: '' })).toEqual(
      all.map((path) => `${path} type: string instead of number`),
    )
  })

  it('as Segment exports it, with `id` and `labels`, is understood', () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      labels: { team: 'checkout' },
      properties: { total: { id: '/properties/properties/total', type: ['number', 'null'] } },
      required: ['total'],
    }
    expect(problemsOf(schema)).toEqual([])
    expect(told(schema, {})).toEqual(['/total required: missing'])
  })

  it('nested 10,000 deep, or in 10,000 properties, does no harm', () => {
    let deep: Json = {}
    for (let level = 0; level < 10_000; level++) deep = { not: deep }
    expect(problemsOf(deep)).toEqual(['/ error: the schema is nested deeper than 60 levels'])
    const wide = {
      properties: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, { type: 'string' }])),
      additionalProperties: false,
    }
    expect(problemsOf(wide)).toEqual([])
    const began = processorTime()
    expect(told(wide, { p1: 'x', p9999: 1, q: 1 })).toEqual([
      '/p9999 type: number instead of string',
      '/q additionalProperties: not in the contract',
    ])
    expect(processorTime() - began).toBeLessThan(10_000)
  })

  it('that its meta-schema refuses is told where and why', () => {
    const TYPES = 'not one of array, boolean, integer, null, number, object, string'
    const schema = { type: 'objct', properties: { a: { minLength: -1, type: ['string', 'strng'] } }, required: 'a' }
    expect(metaProblems(schema, '2020-12')).toEqual([
      { pointer: '/properties/a/minLength', message: 'below 0' },
      { pointer: '/properties/a/type/1', message: TYPES },
      { pointer: '/required', message: 'string instead of array' },
      { pointer: '/type', message: TYPES },
    ])
  })
})
