import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitElements } from '../../../../src/observe/sources/http/split.ts'

const bytes = (text: string) => Buffer.from(text, 'utf8')

function elementsOf(body: Uint8Array, key: string | null): string[] | null {
  const split = splitElements(body, key)
  if (split === null) return null
  return Array.from({ length: split.count }, (_, index) => Buffer.from(split.element(index)).toString('utf8').trim())
}

/** Writes JSON with spaces wherever they are allowed. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

describe('splitElements', () => {
  it('finds the same elements as a parser, in any root array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 4 })), (array) => {
        for (const text of [JSON.stringify(array), spaced(array)]) {
          expect(elementsOf(bytes(text), null)?.map((element) => JSON.parse(element))).toEqual(
            JSON.parse(JSON.stringify(array)),
          )
        }
      }),
    )
  })

  it('finds the same elements as a parser under a key, wherever the key stands', () => {
    const rest = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 })
    fc.assert(
      fc.property(rest, fc.array(fc.jsonValue({ maxDepth: 4 })), rest, (before, batch, after) => {
        const { batch: _b, ...first } = before
        const { batch: _a, ...last } = after
        const text = spaced(Object.fromEntries([...Object.entries(first), ['batch', batch], ...Object.entries(last)]))
        const split = splitElements(bytes(text), 'batch')
        const envelope = JSON.parse(Buffer.from(split?.envelope ?? []).toString('utf8'))
        expect(envelope).toEqual({ ...JSON.parse(text), batch: [] })
        expect(elementsOf(bytes(text), 'batch')?.map((element) => JSON.parse(element))).toEqual(JSON.parse(text).batch)
      }),
    )
  })

  const cases: Record<string, { body: string; key: string | null; then: string[] | null }> = {
    'an element that is no JSON spoils itself only': {
      body: '[{"a":1},{"b":NaN},{"c":3}]',
      key: null,
      then: ['{"a":1}', '{"b":NaN}', '{"c":3}'],
    },
    'brackets and quotes inside strings are text': {
      body: '["]\\"[", "\\\\", "{,"]',
      key: null,
      then: ['"]\\"["', '"\\\\"', '"{,"'],
    },
    'the key as a value is no key': { body: '{"x":"batch","y":[1],"batch":[2]}', key: 'batch', then: ['2'] },
    'the key further down is another': { body: '{"x":{"batch":[1]},"batch":[2]}', key: 'batch', then: ['2'] },
    'of a key that stands twice the last counts': {
      body: '{"batch":[1],"batch":[2,3]}',
      key: 'batch',
      then: ['2', '3'],
    },
    'an empty array has no elements': { body: '{"batch":[ ]}', key: 'batch', then: [] },
    'a body that ends too soon is unreadable': { body: '{"batch":[{"a":1},{"b"', key: 'batch', then: null },
    'a string without end is unreadable': { body: '[{"a":"1]', key: null, then: null },
    'what follows the root is unreadable': { body: '[1] [2]', key: null, then: null },
    'another root is unreadable': { body: '"batch"', key: 'batch', then: null },
    'a key with an object is no array': { body: '{"batch":{"0":1}}', key: 'batch', then: null },
    'nothing is unreadable': { body: '', key: null, then: null },
  }
  it.each(Object.entries(cases))('%s', (_name, { body, key, then }) => {
    expect(elementsOf(bytes(body), key)).toEqual(then)
  })

  it('takes any bytes, and a million brackets, without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        splitElements(body, null)
        splitElements(body, 'batch')
      }),
    )
    expect(splitElements(Buffer.alloc(1_000_000, '['), null)).toBeNull()
    const deep = `[{"ok":1},${'['.repeat(200_000)}${']'.repeat(200_000)},{"ok":2}]`
    expect(splitElements(bytes(deep), null)?.count).toBe(3)
  })
})
