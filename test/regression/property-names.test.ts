import { expect, it } from 'vitest'
import { createInterner } from '../../src/observe/windows/interner.ts'
import { redactName } from '../../src/observe/redact/redact-text.ts'

it('a property named by half a surrogate pair or U+0000 is counted under a name that a store takes', () => {
  const series = createInterner().ofSource('web').planned('Order Completed')
  expect(series.finding('unplanned_property', '/\ud800', '', '').path).toBe('/\ufffd')
  expect(series.finding('violation', '/a\u0000b', 'additionalProperties', 'not in the contract').path).toBe('/a\ufffdb')
  expect(redactName('x\udc00')).toBe('x\ufffd')
})
