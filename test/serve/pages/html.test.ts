import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeHtml, html } from '../../../src/serve/pages/html.ts'
import { clockIn, list, percent, prose, span } from '../../../src/serve/pages/words.ts'

const DAY = 86_400_000

test('whatever stands in a text or an attribute, no markup comes of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { markup } = html`<a title="${text}">${text}</a>`
      expect(markup.match(/[<>]/g)).toHaveLength(4)
      expect(markup.match(/"/g)).toHaveLength(2)
      expect(markup.isWellFormed()).toBe(true)
    }),
  )
})

test('parts: markup stays, lists join, what is false or missing is nothing', () => {
  expect(html`${html`<b>${'<'}</b>`}${[1, 'a', [html`<i/>`]]}${false}${null}${undefined}${0}`.markup).toBe(
    '<b>&lt;</b>1a<i/>0',
  )
})

test('direction marks and control characters are shown as what they are: nothing readable', () => {
  expect(escapeHtml('a\u202Eb\u0000c\uD800')).toBe('a\uFFFDb\uFFFDc\uFFFD')
})

describe('words', () => {
  test.each([
    [1, '100 %'],
    [0.999999, '99.9999 %'],
    [0.9999999, '> 99.9999 %'],
    [0.9999, '99.99 %'],
    [0.972, '97.2 %'],
    [0.5, '50 %'],
    [0, '0 %'],
    [0.0004, '0.04 %'],
    [0.0000004, '< 0.0001 %'],
    [-1.8, '-180 %'],
  ])('percent %d is %s', (ratio, text) => {
    expect(percent(ratio)).toBe(text)
  })

  test.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [4 * 60_000 + 1, '4 min'],
    [119 * 60_000, '119 min'],
    [9 * 3_600_000, '9 h'],
    [3 * DAY, '3 d'],
  ])('span %d is %s', (duration, text) => {
    expect(span(duration)).toBe(text)
  })

  test('times are those of the zone, over a change of the clocks, with the day where it is another', () => {
    const clock = clockIn('Europe/Berlin', Date.UTC(2026, 9, 25, 12, 0))
    expect(clock.text(Date.UTC(2026, 9, 25, 0, 30))).toBe('02:30')
    expect(clock.text(Date.UTC(2026, 9, 25, 1, 30))).toBe('02:30')
    expect(clock.text(Date.UTC(2026, 9, 24, 21, 30))).toBe('24 Oct 23:30')
    expect(clock.mark(0).markup).toContain('datetime="1970-01-01T00:00:00.000Z"')
  })

  test('lists and prose', () => {
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c'])
    expect(prose('`a<b`: string').markup).toBe('<code>a&lt;b</code>: string')
  })
})
