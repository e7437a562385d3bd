import { describe, expect, it } from 'vitest'
import type { DecodedEvent } from '../../../src/model/record.ts'
import { createDecoder } from '../../../src/observe/decode/decode.ts'

const decode = createDecoder({ type: 'segment' })
const RECEIPT = Date.UTC(2026, 0, 15, 10)

function decoded(message: unknown, collected = null as Parameters<typeof decode>[1]): DecodedEvent {
  const result = decode(message, collected)
  if (!result.ok) throw new Error(`undecodable: ${result.reason}`)
  return result
}

describe('a Segment message', () => {
  it('is named by its event, and judged by what its call carries', () => {
    const properties = { a: 1 }
    const traits = { b: 2 }
    const both = { properties, traits }
    expect(decoded({ type: 'track', event: 'Order Completed', ...both })).toMatchObject({
      event: 'Order Completed',
      body: properties,
    })
    expect(decoded({ type: 'page', name: 'Home', ...both })).toMatchObject({ event: 'page', body: properties })
    expect(decoded({ type: 'screen', ...both })).toMatchObject({ event: 'screen', body: properties })
    expect(decoded({ type: 'identify', ...both })).toMatchObject({ event: 'identify', body: traits })
    expect(decoded({ type: 'group', ...both })).toMatchObject({ event: 'group', body: traits })
    expect(decoded({ type: 'alias', previousId: 'x' })).toMatchObject({ event: 'alias', body: {} })
    expect(decoded({ type: 'track', event: 'Empty' }).body).toEqual({})
    expect(decoded({ type: 'track', event: 'Null', properties: null }).body).toEqual({})
    expect(decoded({ type: 'track', event: 'Text', properties: 'text' }).body).toBe('text')
  })

  it('without any name is refused with the reason, and says when it arrived', () => {
    const message = { properties: {}, event: 7, receivedAt: '2026-01-15T10:00:00.000Z' }
    expect(decode(message, null)).toMatchObject({ ok: false, reason: 'no_event_name', receivedAt: RECEIPT })
  })

  it.each([null, [], 'text', 3, true])('that is %j is no object', (value) => {
    expect(decode(value, null)).toMatchObject({ ok: false, reason: 'not_an_object' })
  })

  it('takes its dimensions from the context', () => {
    const of = (context: unknown) => decoded({ type: 'track', event: 'E', context }).dimensions
    const library = { name: 'analytics-ios', version: '4.1.0' }
    expect(of({ app: { version: '4.3.0' }, platform: 'tv', device: { type: 'ios' }, library })).toEqual({
      appVersion: '4.3.0',
      platform: 'tv',
      library: 'analytics-ios',
    })
    expect(of({ device: { type: 'android' }, library })).toMatchObject({ platform: 'android' })
    expect(of({ library })).toMatchObject({ platform: 'ios' })
    expect(of({ app: { version: 4.2 } })).toMatchObject({ appVersion: '4.2' })
    expect(of('nonsense')).toEqual({ appVersion: null, platform: null, library: null })
  })

  it.each([
    ['analytics.js', 'web'],
    ['@segment/analytics-next', 'web'],
    ['analytics-swift', 'ios'],
    ['analytics-kotlin', 'android'],
    ['@segment/analytics-node', 'server'],
    ['analytics-python', 'server'],
    ['analytics-java', 'server'],
    ['@segment/analytics-react-native', 'react-native'],
    ['axios-tracker', null],
  ])('from %s comes from %s', (name, platform) => {
    expect(decoded({ type: 'track', event: 'E', context: { library: { name } } }).dimensions.platform).toBe(platform)
  })

  it('happened when its corrected time says: at the collector the clock of the client cancels out', () => {
    const message = { type: 'track', event: 'E', timestamp: '2026-01-15T13:00:00.000Z' }
    const sentAt = Date.UTC(2026, 0, 15, 13, 0, 10)
    expect(decoded(message, { receipt: RECEIPT, sentAt }).eventTime).toBe(RECEIPT - 10_000)
    expect(decoded(message, { receipt: RECEIPT, sentAt: null }).eventTime).toBe(Date.UTC(2026, 0, 15, 13))
    expect(decoded(message).eventTime).toBe(Date.UTC(2026, 0, 15, 13))
    expect(decoded({ ...message, timestamp: 'soon' }, { receipt: RECEIPT, sentAt }).eventTime).toBeNull()
  })

  it('arrived at its receipt, in an archive when it says', () => {
    const message = { type: 'track', event: 'E', receivedAt: '2026-01-01T00:00:00.000Z' }
    expect(decoded(message, { receipt: RECEIPT, sentAt: null }).receivedAt).toBe(RECEIPT)
    expect(decoded(message).receivedAt).toBe(Date.UTC(2026, 0, 1))
    expect(decoded({ ...message, receivedAt: undefined }).receivedAt).toBeNull()
  })

  it('keeps names that every store takes, and ids as they are', () => {
    const long = decoded({ type: 'track', event: 'x'.repeat(100_000), messageId: 'y'.repeat(1_000) })
    expect(long.event).toBe('x'.repeat(200))
    expect(long.id).toBe('y'.repeat(1_000))
    const odd = decoded({ type: 'track', event: 'a\u0000b\ud800', context: { app: { version: '\u00001' } } })
    expect(odd).toMatchObject({ event: 'a\ufffdb\ufffd', dimensions: { appVersion: '\ufffd1' } })
    expect(decoded({ type: 'track', event: 'E', messageId: 17 }).id).toBe('17')
    expect(decoded({ type: 'track', event: 'E', messageId: '' }).id).toBeNull()
  })

  it('shares one object among all records with the same dimensions', () => {
    const message = { type: 'track', event: 'E', context: { app: { version: '1' }, platform: 'web' } }
    expect(decoded(message).dimensions).toBe(decoded(structuredClone(message)).dimensions)
  })

  it('reads each context as it stands, whatever was read before it, and however many there were', () => {
    const of = (platform: unknown, version: unknown, name: unknown) =>
      decoded({ type: 'track', event: 'E', context: { platform, app: { version }, library: { name } } }).dimensions
    const values = ['1', 1, '', null, undefined, true, {}, 'x\u0000', 'y'.repeat(300)]
    const read = (value: unknown) => (typeof value === 'string' && value !== '' ? storableName(value) : null)
    for (let turn = 0; turn < 2; turn++) {
      for (const platform of values) {
        for (const version of values) {
          for (const library of values) {
            expect(of(platform, version, library)).toEqual({
              platform: read(platform),
              appVersion: version === 1 ? '1' : read(version),
              library: read(library),
            })
          }
        }
      }
      for (let version = 0; version < 12_000; version++) of('web', `1.${version}`, 'analytics.js')
    }
    expect(of('web', '1.7', 'analytics.js')).toEqual({ platform: 'web', appVersion: '1.7', library: 'analytics.js' })
  })
})

function storableName(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').slice(0, 200)
}
