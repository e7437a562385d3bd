import { describe, expect, it } from 'vitest'
import type { FormatConfig } from '../../../src/observe/decode/config.ts'
import { createDecoder } from '../../../src/observe/decode/decode.ts'

const RECEIPT = Date.UTC(2026, 0, 15, 10)

describe('a CloudEvent', () => {
  const decode = createDecoder({ type: 'cloudevents' })
  const event = {
    specversion: '1.0',
    id: '3f1c',
    source: '/shop/web',
    type: 'com.acme.order.placed',
    time: '2026-01-15T09:59:00Z',
  }

  it('is named by its type, judged by its data, told apart by source and id', () => {
    const data = { order_id: 'o1' }
    expect(
      decode({ ...event, data, platform: 'web', appversion: '4.3.0' }, { receipt: RECEIPT, sentAt: null }),
    ).toMatchObject({
      ok: true,
      event: 'com.acme.order.placed',
      id: '/shop/web\n3f1c',
      body: data,
      eventTime: RECEIPT - 60_000,
      receivedAt: RECEIPT,
      dimensions: { platform: 'web', appVersion: '4.3.0', library: null },
    })
    expect(decode({ ...event, id: undefined, data }, null)).toMatchObject({ ok: true, id: null })
  })

  it('may carry its JSON encoded, and is kept decoded so that it can be redacted', () => {
    const encoded = Buffer.from('{"email":"a@b.example"}').toString('base64')
    const decoded = decode({ ...event, data_base64: encoded }, null)
    expect(decoded).toMatchObject({ ok: true, body: { email: 'a@b.example' } })
    if (decoded.ok) expect(JSON.stringify(decoded.envelope)).not.toContain(encoded)
  })

  it.each([
    ['binary data', { datacontenttype: 'image/png', data_base64: 'iVBORw0KGgo=' }, 'unsupported'],
    ['encoded data that is no JSON', { data_base64: Buffer.from('{').toString('base64') }, 'unsupported'],
    ['no type', { type: undefined }, 'no_event_name'],
  ])('with %s is refused', (_name, more, reason) => {
    const decoded = decode({ ...event, ...more }, null)
    expect(decoded).toMatchObject({ ok: false, reason })
    if (!decoded.ok) expect(decoded.excerpt).not.toContain('iVBORw0KGgo')
  })
})

describe('plain JSON', () => {
  it('is read by pointers', () => {
    const decode = createDecoder({
      type: 'json',
      event: '/meta/name',
      id: '/meta/ids/0',
      time: '/at',
      received_at: '/got',
      body: '/a~1b',
      app_version: '/v',
      platform: '/p',
      library: '/l',
    })
    const value = {
      meta: { name: 'Login', ids: ['x1'] },
      at: 1_768_471_200,
      got: RECEIPT,
      'a/b': { c: 1 },
      v: 3,
      p: 'ios',
      l: 'own',
    }
    expect(decode(value, null)).toEqual({
      ok: true,
      event: 'Login',
      id: 'x1',
      body: { c: 1 },
      eventTime: 1_768_471_200_000,
      receivedAt: RECEIPT,
      dimensions: { appVersion: '3', platform: 'ios', library: 'own' },
      envelope: value,
    })
  })

  it('is judged as a whole without a pointer to its body, as an empty one where that names nothing', () => {
    const value = { name: 'Login', a: 1 }
    expect(createDecoder({ type: 'json', event: '/name', body: '' })(value, null)).toMatchObject({
      body: value,
      id: null,
      eventTime: null,
    })
    expect(createDecoder({ type: 'json', event: '/name', body: '/none' })(value, null)).toMatchObject({ body: {} })
  })

  it('without the name it should have is refused', () => {
    const decode = createDecoder({ type: 'json', event: '/name', body: '' })
    expect(decode({ nome: 'Login' }, null)).toMatchObject({ ok: false, reason: 'no_event_name' })
    expect(decode({ name: 5 }, null)).toMatchObject({ ok: false, reason: 'no_event_name' })
    expect(createDecoder({ type: 'json', event: '/constructor/name', body: '' })({}, null)).toMatchObject({ ok: false })
  })
})

describe('a format with pointers of its own', () => {
  it('reads the rest as the format has it', () => {
    const decode = createDecoder({ type: 'segment', platform: '/context/os/name', received_at: '/loaded' })
    const message = { type: 'track', event: 'E', messageId: 'm', context: { os: { name: 'iOS' } }, loaded: RECEIPT }
    expect(decode(message, null)).toMatchObject({
      event: 'E',
      id: 'm',
      receivedAt: RECEIPT,
      dimensions: { platform: 'iOS' },
    })
    expect(decode(message, { receipt: 5, sentAt: null })).toMatchObject({ receivedAt: 5 })
  })

  it('takes the name from where it is told to, though the format finds none', () => {
    const segment = createDecoder({ type: 'segment', event: '/name' })
    expect(segment({ name: 'Order', properties: { a: 1 } }, null)).toMatchObject({ event: 'Order', body: { a: 1 } })
    expect(segment({ event: 'Other', name: '' }, null)).toMatchObject({ ok: false, reason: 'no_event_name' })
    const cloudEvents = createDecoder({ type: 'cloudevents', event: '/subject' })
    expect(cloudEvents({ subject: 'Order', id: '1', data: {} }, null)).toMatchObject({ event: 'Order', id: '\n1' })
  })

  it('says when a record arrived that it refuses, in the place where the others say it', () => {
    const told = { at: '2026-01-15T10:00:00Z', receivedAt: '2026-01-15T11:00:00Z' }
    const refused = (format: FormatConfig) => createDecoder(format)(told, null)
    expect(refused({ type: 'json', event: '/e', body: '', received_at: '/at' })).toMatchObject({ receivedAt: RECEIPT })
    expect(refused({ type: 'json', event: '/e', body: '' })).toMatchObject({ ok: false, receivedAt: null })
    expect(refused({ type: 'segment', received_at: '/at' })).toMatchObject({ ok: false, receivedAt: RECEIPT })
    expect(refused({ type: 'segment' })).toMatchObject({ ok: false, receivedAt: RECEIPT + 3_600_000 })
    const lower = { receivedat: '2026-01-15T10:00:00Z' }
    expect(createDecoder({ type: 'cloudevents' })(lower, null)).toMatchObject({ ok: false, receivedAt: RECEIPT })
  })

  it('finds items of lists by whole numbers only', () => {
    const at = (id: string) => createDecoder({ type: 'json', event: '/e', body: '', id })
    const value = { e: 'E', ids: ['a', 'b'] }
    expect(at('/ids/1')(value, null)).toMatchObject({ id: 'b' })
    for (const id of ['/ids/', '/ids/01', '/ids/0x1', '/ids/1e0', '/ids/ 1', '/ids/-1', '/ids/2', '/ids/length']) {
      expect(at(id)(value, null)).toMatchObject({ id: null })
    }
  })

  it('takes no number for an id that has lost its last digits: its neighbours would be duplicates', () => {
    const ids = [
      '9007199254740991',
      '-9007199254740991',
      '9007199254740993',
      '1234567890123456789',
      '1e400',
      '0.5',
      '0',
    ]
    const decode = createDecoder({ type: 'segment' })
    const read = ids.map((id) => decode(JSON.parse(`{"event":"E","messageId":${id}}`), null))
    expect(read.map((decoded) => decoded.ok && decoded.id)).toEqual([
      '9007199254740991',
      '-9007199254740991',
      null,
      null,
      null,
      '0.5',
      '0',
    ])
  })

  it('keeps of a large payload that it refuses only the beginning, redacted', () => {
    const value = { password: 'hunter2', list: Array.from({ length: 100_000 }, (_, n) => n), long: 'x'.repeat(1e6) }
    const decoded = createDecoder({ type: 'segment' })(value, null)
    if (decoded.ok) throw new Error('no event')
    expect(decoded.excerpt.length).toBeLessThanOrEqual(2_100)
    expect(decoded.excerpt).toContain('‹secret›')
    expect(decoded.excerpt).not.toContain('hunter2')
  })
})
