import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/config/nearest.ts'

const cases: [string, string[], string | null][] = [
  ['objectve', ['objective', 'name'], 'objective'],
  ['wbe', ['web', 'archive'], 'web'],
  ['Order completed', ['Order Completed', 'Order Cancelled'], 'Order Completed'],
  ['colour', ['host', 'port'], null],
  ['x', ['a', 'b'], null],
  ['anything', [], null],
]

describe('did you mean', () => {
  it.each(cases)('%j among %j: %j', (name, names, then) => {
    expect(nearest(name, names)).toBe(then)
  })
})
