import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../../src/plan/schema/pattern.ts'
import { processorTime } from '../../support/processor-time.ts'
import { runsOf } from '../../support/thorough.ts'

function matches(source: string, text: string): boolean {
  const pattern = compilePattern(source)
  if ('refused' in pattern) throw new Error(pattern.refused)
  return pattern.test(text)
}

describe('a pattern', () => {
  it.each([
    '^(a+)+$',
    '(x+x+)+y',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*a){20}',
    '^a*a*a*a*b$',
    '^[a-z]+[a-z]+[a-z]+$',
    '^a?a?a?a?a?a?a?a?a?a?aaaaaaaaaa$',
    'a+b',
  ])('%s meets 100,000 letters without going back over them', (source) => {
    const began = processorTime()
    matches(source, `${'a'.repeat(100_000)}!`)
    expect(processorTime() - began).toBeLessThan(4_000)
  })

  it.each(['(?=a)b', '(?<!a)b', '(a)\\1', 'a{5000}', '(', '[z-a]', 'x'.repeat(5_001)])(
    '%s is refused with a reason',
    (source) => {
      expect(compilePattern(source)).toEqual({ refused: expect.stringMatching(/.+/) })
    },
  )

  it('means what ECMAScript means by it', () => {
    const sources = [
      '^[A-Z]{3}$',
      '^ord_[0-9a-f]+$',
      '^\\d{4}-\\d{2}$',
      '^[\\w.-]+@x$',
      'b$',
      '^a?b',
      '(ab|c)d',
      '^$',
      '\\/x',
      '^[^a-c]*z',
      '^a{1,2}b',
      '^\\$[0-9]',
      '\\u0041',
      '^.b',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.string({
          unit: fc.constantFrom(
            'a',
            'b',
            'c',
            'd',
            'A',
            'B',
            'C',
            'z',
            '0',
            '9',
            '_',
            '-',
            '@',
            'x',
            '/',
            '$',
            '.',
            'ord_',
            'é',
            '😀',
          ),
        }),
        (source, text) => {
          expect(matches(source, text)).toBe(new RegExp(source, 'u').test(text))
        },
      ),
      runsOf(1_000),
    )
  })
})
