import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePayload } from '../../../src/observe/decode/parse.ts'
import { redactExcerpt, redactPayload } from '../../../src/observe/redact/redact.ts'
import { runsOf } from '../../support/thorough.ts'

const NONE = new Map<string, string>()

describe('redactPayload', () => {
  it('hides what a contract classifies, in the body only', () => {
    const body = {
      note: 'a',
      items: [{ who: 'x', sku: 1 }],
      map: { k1: { who: 'y' } },
      'a/b': 'z',
      gone: null,
      empty: '',
    }
    const pii = new Map([
      ['/note', 'remark'],
      ['/items/*/who', 'name'],
      ['/map/*/who', 'name'],
      ['/a~1b', 'odd'],
      ['/gone', 'remark'],
      ['/empty', 'remark'],
    ])
    expect(redactPayload({ note: 'outside', properties: body }, pii, body)).toEqual({
      note: 'outside',
      properties: {
        note: '‹remark›',
        items: [{ who: '‹name›', sku: 1 }],
        map: { k1: { who: '‹name›' } },
        'a/b': '‹odd›',
        gone: null,
        empty: '',
      },
    })
  })

  it('hides a whole body, and every item of a list, when that is what is classified', () => {
    expect(redactPayload({ a: 1 }, new Map([['', 'all']]))).toBe('‹all›')
    expect(redactPayload({ tags: ['x', 'y'] }, new Map([['/tags/*', 'tag']]))).toEqual({ tags: ['‹tag›', '‹tag›'] })
  })

  it('hides values under keys that name something private, in any spelling', () => {
    const keys = [
      'password',
      'userEmail',
      'E-Mail',
      'ip',
      'clientIp',
      'phone_number',
      'firstName',
      'auth_token',
      'IBAN',
      'zip',
    ]
    const shown = redactPayload(Object.fromEntries(keys.map((key) => [key, 'hunter2'])), NONE)
    expect(JSON.stringify(shown)).not.toContain('hunter2')
    expect(shown).toMatchObject({ password: '‹secret›', userEmail: '‹email›', clientIp: '‹ip›', firstName: '‹name›' })
    expect(redactPayload({ address: { street: 'Main St' }, phone: 4915123456789 }, NONE)).toEqual({
      address: '‹address›',
      phone: '‹phone›',
    })
  })

  it('shows what only sounds alike', () => {
    const value = {
      tip: 3,
      zipped: 'x',
      product_name: 'Socks',
      shipping: 4.9,
      token_count: 5,
      tokens: 2,
      emailed: true,
      pinned: 1,
    }
    expect(redactPayload(value, NONE)).toEqual(value)
  })

  it('hides names of properties that look private, and numbers that are a card', () => {
    expect(redactPayload({ 'jane@example.org': 1, n: 4_111_111_111_111_111, at: 1_768_471_445_678 }, NONE)).toEqual({
      '‹email›': 1,
      n: '‹card›',
      at: 1_768_471_445_678,
    })
  })

  it('takes a version for a version where its key says so', () => {
    const value = { app: { version: '4.3.0.1', build: '4.3.0.1' }, appVersion: '4.3.0.1', host: '4.3.0.1' }
    expect(redactPayload(value, NONE)).toMatchObject({
      app: { version: '4.3.0.1', build: '4.3.0.1' },
      appVersion: '4.3.0.1',
      host: '‹ip›',
    })
  })

  it('keeps a key named __proto__ a property, and says what JSON can not', () => {
    const shown = redactPayload(JSON.parse('{"__proto__":{"a":1},"n":1e999}'), NONE)
    expect(JSON.stringify(shown)).toBe('{"__proto__":{"a":1},"n":"Infinity"}')
  })

  it('is bounded in depth, breadth and size', () => {
    const wide = { list: Array.from({ length: 1_000 }, (_, n) => n) }
    expect(redactPayload(wide, NONE)).toEqual({ list: [...Array.from({ length: 20 }, (_, n) => n), '… 980 more'] })
    const keys = redactPayload(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key${n}`, n])), NONE)
    expect(Object.keys(keys as object).length).toBeLessThanOrEqual(101)
    let deep: unknown = 'end'
    for (let level = 0; level < 60; level++) deep = { deep }
    expect(JSON.stringify(redactPayload(deep, NONE)).length).toBeLessThan(200)
    const brackets = (levels: number): unknown[] =>
      levels === 0 ? [] : Array.from({ length: 20 }, () => brackets(levels - 1))
    expect(JSON.stringify(redactPayload(brackets(4), NONE)).length).toBeLessThan(10_000)
  })

  it('knows a private key by its end, however long it is', () => {
    const key = `${'very_long_prefix_'.repeat(6)}customer_password`
    expect(redactPayload({ [key]: 'hunter2' }, NONE)).toEqual({ [key]: '‹secret›' })
    expect(redactExcerpt(`{"${key}":"hunter2","b`)).toBe(`{"${key}":"‹secret›","b`)
  })

  it('writes at most some 10 kB, as text that every store takes, whatever it is given', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 })
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.array(text, { maxLength: 60 }), (value, texts) => {
        const shown = JSON.stringify(redactPayload({ value, texts, controls: '\u0001'.repeat(1_000) }, NONE))
        expect(shown.length).toBeLessThan(12_000)
        expect(shown.includes('\\u0000')).toBe(false)
        expect(/\\ud[89a-f]/.test(shown)).toBe(false)
      }),
      runsOf(40),
    )
  })
})

describe('redactExcerpt', () => {
  it('hides values after private keys in JSON that breaks off', () => {
    expect(redactExcerpt('{"password": "hunter2", "user":{"first_name":"Jane","n":12,"token":abc,"pin":1234')).toBe(
      '{"password": "‹secret›", "user":{"first_name":"‹name›","n":12,"token":"‹secret›","pin":"‹secret›"',
    )
    expect(redactExcerpt('{"password":"hunter2 and the rest is miss')).toBe('{"password":"‹secret›"')
    expect(redactExcerpt('{"a":1,"secret":{"a":"hunter2","b')).toBe('{"a":1,"secret":"‹secret›"')
    expect(redactExcerpt('{"email":null,"phone":""')).toBe('{"email":null,"phone":""')
    expect(redactExcerpt('jane@example.org said\u0000')).toBe('‹email› said\ufffd')
    expect(redactExcerpt('api_key=s3cr3t&user=7&password=hunter2')).toBe('api_key=‹token›&user=7&password=‹token›')
  })

  it('shows nothing private of what its end cuts off, wherever that falls', () => {
    const address = 'jane.doe@example.org'
    for (let before = 2_000 - address.length; before <= 2_100; before += 1) {
      for (const secret of ['', '{"password":"hunter2, and more of it"} ']) {
        const text = `${secret}${'x '.repeat(before / 2)}${' '.repeat(before % 2)}${address} and so on`
        const parsed = parsePayload(Buffer.from(text))
        if (parsed.ok) throw new Error('no JSON')
        const shown = redactExcerpt(parsed.excerpt)
        expect(shown).not.toMatch(/jane|hunter/)
        expect(shown.length).toBeLessThanOrEqual(2_001)
      }
    }
  })
})
