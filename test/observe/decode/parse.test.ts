import { describe, expect, it } from 'vitest'
import { MOST_LEVELS, parsePayload } from '../../../src/observe/decode/parse.ts'

const parse = (text: string | Uint8Array) => parsePayload(Buffer.from(text as string))
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

const refused: Record<string, { given: string | Uint8Array; then: string }> = {
  'no bytes at all': { given: '', then: 'empty' },
  'white space only': { given: ' \r\n\t', then: 'empty' },
  'no JSON': { given: 'hello', then: 'malformed_json' },
  'a number that JSON does not know': { given: '{"a":NaN}', then: 'malformed_json' },
  'half an object': { given: '{"event":"Order', then: 'malformed_json' },
  'a byte that is no UTF-8': { given: Buffer.from([0x22, 0xff, 0x22]), then: 'invalid_utf8' },
  'a character that breaks off': { given: Buffer.from([0x22, 0xe2, 0x82, 0x22]), then: 'invalid_utf8' },
  'one level too many': { given: nested(MOST_LEVELS + 1), then: 'too_deep' },
  'objects nested too deep': { given: `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`, then: 'too_deep' },
  'ten thousand levels': { given: nested(10_000), then: 'too_deep' },
  'ten thousand levels in long text': { given: `${nested(10_000)}${' '.repeat(300_000)}`, then: 'too_deep' },
  'opening brackets without end': { given: '['.repeat(3_000_000), then: 'too_deep' },
}

describe('parsePayload', () => {
  it.each(Object.entries(refused))('refuses %s', (_name, { given, then }) => {
    expect(parse(given)).toMatchObject({ ok: false, reason: then, event: null, receivedAt: null })
  })

  it('takes as many levels as are allowed, however many brackets stand beside each other', () => {
    expect(parse(nested(MOST_LEVELS)).ok).toBe(true)
    expect(parse(JSON.stringify(Array.from({ length: 500 }, () => ({ a: [{}] })))).ok).toBe(true)
    expect(parse(JSON.stringify(Array.from({ length: 60_000 }, () => ({ a: [{}] })))).ok).toBe(true)
  })

  it('does not count brackets in strings', () => {
    expect(parse(JSON.stringify('['.repeat(1_000)))).toEqual({ ok: true, value: '['.repeat(1_000) })
    const text = `"\\"${'['.repeat(400_000)}\\\\"`
    expect(parse(text)).toEqual({ ok: true, value: `"${'['.repeat(400_000)}\\` })
  })

  it('lets the last of duplicate keys win, and a key named __proto__ be a property', () => {
    const parsed = parse('{"a":1,"a":2,"__proto__":{"polluted":true}}')
    if (!parsed.ok) throw new Error(parsed.reason)
    expect(JSON.stringify(parsed.value)).toBe('{"a":2,"__proto__":{"polluted":true}}')
    expect(Object.getPrototypeOf(parsed.value)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })

  it('reads numbers past the range as infinite, escaped lone surrogates as they are', () => {
    expect(parse('[1e999,-1e999,"\\ud800"]')).toEqual({ ok: true, value: [Infinity, -Infinity, '\ud800'] })
  })

  it('ignores a byte order mark and keeps U+FFFD that was sent', () => {
    expect(parse('\ufeff{"a":"\ufffd é 😀"}')).toEqual({ ok: true, value: { a: '\ufffd é 😀' } })
  })

  it('keeps the beginning of what it refuses, in memory of its own', () => {
    const parsed = parse(`{"a":${'x'.repeat(10_000)}`)
    expect(parsed).toMatchObject({ ok: false, excerpt: `{"a":${'x'.repeat(2_095)}` })
  })

  it('reads a view into a larger buffer', () => {
    const bytes = new Uint8Array(Buffer.from('xx{"a":1}yy'))
    expect(parsePayload(bytes.subarray(2, 9))).toEqual({ ok: true, value: { a: 1 } })
  })
})
