import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactMessage, redactName, redactText, redactVersion } from '../../../src/observe/redact/redact-text.ts'
import { processorTime } from '../../support/processor-time.ts'
import { runsOf } from '../../support/thorough.ts'

const hidden: Record<string, [string, string]> = {
  'an e-mail address': ['mail to jane.doe+x@mail.example.co.uk!', 'mail to ‹email›!'],
  'an e-mail address with letters beyond ASCII': ['jürgen@müller.de', '‹email›'],
  'an e-mail address in a URL': ['/u?e=jane%40example.org&x=1', '/u?e=‹email›&x=1'],
  'an IPv4 address': ['from 203.0.113.7.', 'from ‹ip›.'],
  'an IPv4 address with a port': ['203.0.113.7:8080', '‹ip›:8080'],
  'a private IPv4 address': ['10.0.0.1', '‹ip›'],
  'an IPv6 address': ['2001:db8:85a3::8a2e:370:7334', '‹ip›'],
  'a whole IPv6 address': ['2001:0db8:0000:0000:0000:ff00:0042:8329', '‹ip›'],
  'an IPv6 address in brackets': ['http://[fe80::1]:80/', 'http://[‹ip›]:80/'],
  loopback: ['::1', '‹ip›'],
  'an IPv4 address within an IPv6 one': ['::ffff:203.0.113.7', '::ffff:‹ip›'],
  'a telephone number': ['+49 151 23456789', '‹phone›'],
  'a telephone number without spaces': ['call +14155552671 now', 'call ‹phone› now'],
  'a telephone number with two zeros': ['0049 (151) 2345-6789', '‹phone›'],
  'an American telephone number': ['(415) 555-2671 or 415-555-2671', '‹phone› or ‹phone›'],
  'a card number': ['4111 1111 1111 1111', '‹card›'],
  'a card number without spaces': ['paid with 5555555555554444', 'paid with ‹card›'],
  'an American Express number': ['378282246310005', '‹card›'],
  'a German bank account': ['DE89 3704 0044 0532 0130 00 and more', '‹iban› and more'],
  'a British bank account': ['iban:GB29NWBK60161331926819', 'iban:‹iban›'],
  'a bank account in small letters': ['de89370400440532013000', '‹iban›'],
  'a JSON web token': ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN', '‹token›'],
  'a bearer token': ['Authorization: Bearer abcdef0123456789', 'Authorization: ‹token›'],
  'basic credentials': ['basic am9lOmh1bnRlcjI= sent', '‹token› sent'],
  'a bearer token of letters': ['BEARER tGzvJokFXbeYwPq', '‹token›'],
  'a key of a payment provider': ['sk_live_51H8abcdefghijkl', '‹token›'],
  'a key of a cloud': ['AKIAIOSFODNN7EXAMPLE', '‹token›'],
  'credentials in a URL': ['https://joe:hunter2@host/x', 'https://‹token›@host/x'],
  'a token in a query': ['/cb?access_token=abc123&state=1', '/cb?access_token=‹token›&state=1'],
}

const shown = [
  'Order Completed',
  'Basic Onboarding Started',
  'Basic subscription',
  'bearer certificates/accepted',
  '4.3.0',
  '12.10.3-beta.1',
  '2026-01-15T10:04:05.678Z',
  '2026-01-15T10:04:05.678+02:00',
  '2026-01-15 10:04',
  '10:04:05',
  '550e8400-e29b-41d4-a716-446655440000',
  '55084000-1234-4123-8123-123456789012',
  'o-1000123',
  'ORD-2026-000123',
  '0012345678',
  '1768471445678',
  '20260115100405000',
  'AB12CDEF34567890',
  'sku-004711/42',
  '1234.56 EUR',
  '+12%',
  'std::string',
  'a@b',
  '#payments-data',
  '/products/0/price',
  'https://shop.example.org/checkout/done?step=3&order=1000123',
  'com.acme.order.placed',
  '1.2.3.4.5',
  '300.1.2.3',
]

describe('redactText', () => {
  it.each(Object.entries(hidden))('hides %s', (_name, [given, then]) => {
    expect(redactText(given)).toBe(then)
    expect(redactName(given)).toBe(then)
    expect(redactMessage(given)).toBe(then)
  })

  it.each(shown)('shows %s', (text) => {
    expect(redactText(text)).toBe(text)
  })

  it('takes four numbers for a version only where a version is expected, and not when they begin as addresses do', () => {
    expect(redactVersion('4.3.0.1')).toBe('4.3.0.1')
    expect(redactVersion('4.3.0')).toBe('4.3.0')
    expect(redactVersion('4.3.0 (1234)')).toBe('4.3.0 (1234)')
    expect(redactVersion('192.168.0.1')).toBe('‹ip›')
    expect(redactName('4.3.0.1')).toBe('‹ip›')
    expect(redactVersion('jane@example.org')).toBe('‹email›')
  })

  it('cuts what is long, and hides what stands across the cut', () => {
    const cut = redactText(`${'x '.repeat(95)} jane.doe@mail.example.org and more`)
    expect(cut.length).toBeLessThanOrEqual(201)
    expect(cut).toContain('‹email›')
    expect(redactText(`${'x '.repeat(98)} jane.doe@mail.example.org`)).not.toContain('jane')
    expect(redactText('😀'.repeat(500)).isWellFormed()).toBe(true)
  })

  it('says the same of what it has said', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.emailAddress(), fc.ipV4(), fc.ipV6()), (text) => {
        expect(redactText(redactText(text))).toBe(redactText(text))
      }),
    )
  })

  it('never shows an address, whatever stands around it', () => {
    const around = fc.constantFrom('', ' ', '/', '(', ')', '"', ',', ';', '=', '[', ']', '<', '>', '|', '\n')
    const address = fc.oneof(fc.ipV4(), fc.ipV6()).filter((one) => one !== '::') // which is no address
    fc.assert(
      fc.property(around, address, around, (before, address, after) => {
        expect(redactText(`${before}${address}${after}`)).not.toContain(address)
      }),
      runsOf(2_000),
    )
  })

  it('takes time that grows no faster than the text', () => {
    const hostile = ['@', '1', '1.', '1 ', 'a:', ':', '+1', 'eyJ', 'a@', '%40', 'AA11 ', '00', '-', '"a":']
    const started = processorTime()
    for (const part of hostile) redactText(part.repeat(200_000), 2_000)
    expect(processorTime() - started).toBeLessThan(5_000)
  })
})
