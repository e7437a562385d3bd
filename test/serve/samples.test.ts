import { expect, test } from 'vitest'
import { fillOf } from '../../src/serve/samples.ts'

const profile = { name: 'a/b', types: { string: 90 }, filled: 90, seen: 100 }
const unfilled = (count: number) => ({ kind: 'unfilled', path: '/a~1b', count })

test.each([
  ['a watched property that was always filled in the span, whatever came before it', ['a/b'], [], 200, 1],
  ['a watched property that was not', ['a/b'], [unfilled(50)], 200, 0.75],
  ['a property that nobody watches: as its samples have it', [], [], 200, 0.9],
  ['a span without a record: as its samples have it', ['a/b'], [], 0, 0.9],
])('fill of %s', (_what, watched, findings, received, fill) => {
  expect(fillOf(profile, new Set(watched), findings, received)).toBe(fill)
})
