import fc from 'fast-check'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import { expect, it } from 'vitest'
import { processorTime } from '../../support/processor-time.ts'
import { judgeOf } from './judge.ts'

const judge = judgeOf({ format: 'url' })
const isUrl = (text: string): boolean => judge(text).length === 0

it('a url is what it was, in time proportional to the text', () => {
  const asGiven = fullFormats.url as RegExp
  const part = fc.constantFrom('http://', 'a', 'a.example', ':', '@', ':80', '/', ' ', '-', '10.0.0.1', '8.8.8.8', 'é')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const text = `http://${parts.join('')}`
      expect(isUrl(text)).toBe(asGiven.test(text))
    }),
    { numRuns: 2_000 },
  )
  expect(isUrl('https://jane:pa:ss@shop.example:8080/cart?x')).toBe(true)
  const began = processorTime()
  expect(isUrl(`http://${':'.repeat(1_000_000)}\n`)).toBe(false)
  expect(processorTime() - began).toBeLessThan(2_000)
})
