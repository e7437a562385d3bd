import { describe, expect, it } from 'vitest'
import { classified } from '../../../src/plan/schema/classified.ts'
import { prepareSchema } from '../../../src/plan/schema/prepare.ts'
import type { Json } from '../../../src/plan/schema/subschemas.ts'
import { processorTime } from '../../support/processor-time.ts'

const EMAIL = { type: 'string', 'x-pii': 'email' }

function classesOf(schema: Json): Record<string, string> {
  return Object.fromEntries(classified(prepareSchema(schema, '2020-12').schema))
}

/** A node with so many properties that are nodes again. */
function tree(branches: number, own: Json): Json {
  const names = Array.from({ length: branches }, (_, index) => `child${index}`)
  const children = Object.fromEntries(names.map((name) => [name, { $ref: '#/$defs/node' }]))
  return {
    properties: { root: { $ref: '#/$defs/node' }, code: { 'x-pii': 'code' } },
    $defs: { node: { properties: { ...children, ...own } } },
  }
}

const cases: Record<string, { schema: Json; then: Record<string, string> }> = {
  'nothing is classified': { schema: { properties: { a: { type: 'string' } } }, then: {} },
  'the whole body is': { schema: { 'x-pii': true, properties: { a: {} } }, then: { '': 'private' } },
  'by reference, in an alternative and in each item': {
    schema: {
      properties: { to: { $ref: '#/$defs/mail' }, from: { anyOf: [{ type: 'null' }, EMAIL] }, cc: { items: EMAIL } },
      $defs: { mail: EMAIL },
    },
    then: { '/to': 'email', '/from': 'email', '/cc/*': 'email' },
  },
  'in what it must not be, and in names: nothing is sent of those': {
    schema: { not: { properties: { a: EMAIL } }, propertyNames: EMAIL },
    then: {},
  },
  'a name with signs': { schema: { properties: { 'a/b~c': EMAIL } }, then: { '/a~1b~0c': 'email' } },
}

describe('what a schema classifies', () => {
  it.each(Object.entries(cases))('%s', (_name, { schema, then }) => {
    expect(classesOf(schema)).toEqual(then)
  })

  it('is known of a property beside a part that recurses', () => {
    const classes = classesOf(tree(2, { mail: EMAIL }))
    expect(classes['/code']).toBe('code')
    expect(classes['/root/mail']).toBe('email')
    expect(classes['/root/child0/child1/mail']).toBe('email')
  })

  it('is everything below the depth to which places of a schema that recurses are told apart', () => {
    const classes = classesOf(tree(3, { mail: EMAIL }))
    let pointer = '/root'
    while (classes[pointer] === undefined && pointer.length < 1_000) pointer += '/child2'
    expect(classes[pointer]).toBe('private')
    expect(Object.keys(classes).length).toBeLessThan(10_000)
  })

  it('takes little time to find, however a schema recurses', () => {
    const doubled = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => {
        const next = { $ref: `#/$defs/d${index + 1}` }
        return [`d${index}`, index === 39 ? { properties: { mail: EMAIL } } : { allOf: [next, next] }]
      }),
    )
    const began = processorTime()
    expect(classesOf(tree(5, {}))).toEqual({ '/code': 'code' })
    expect(classesOf({ $ref: '#/$defs/d0', $defs: doubled })).toEqual({ '/mail': 'email' })
    classesOf(tree(5, { mail: EMAIL }))
    expect(processorTime() - began).toBeLessThan(2_000)
  })
})
