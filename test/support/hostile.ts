import type { Random } from './random.ts'

const WORDS = [
  'Order Completed',
  'Signup',
  'page',
  'a',
  '',
  '__proto__',
  'constructor',
  'toString',
  '0',
  '\u0000',
  'x\u0000y',
  '\ud800',
  'é😀',
  '‹email›',
  'jane@example.org',
  '203.0.113.7',
  '4.3.0.1',
  '"',
  '\\',
  '/',
  '~',
  '\n',
  '__other__',
]
const KEYS = [
  'type',
  'event',
  'messageId',
  'properties',
  'traits',
  'context',
  'timestamp',
  'sentAt',
  'receivedAt',
  'specversion',
  'id',
  'source',
  'data',
  'data_base64',
  'time',
  'order_id',
  'revenue',
  'email',
  'password',
  ...WORDS,
]
const TIMES = [
  '2026-01-15T10:00:00.000Z',
  '1970-01-01T00:00:00.000Z',
  '2999-12-31T23:59:59.999Z',
  '2026-02-31T10:00:00.000Z',
  '-271821-04-20',
  'soon',
  '',
  1_768_471_200,
  1_768_471_200_000,
  -1,
  1e300,
  0,
  null,
]
const NUMBERS = [0, -0, 1, -1, 1e308, -1e308, 5e-324, 2 ** 53, 0.1, 4_111_111_111_111_111]

/**
 * One payload such as a broken or malicious client sends, as bytes: from a well-formed event with odd values to noise. The same
 * `random` gives the same payloads.
 */
export function hostilePayload(random: Random): Uint8Array {
  switch (random.below(16)) {
    case 0:
      return Buffer.from(
        random.pick([
          '',
          ' ',
          '\n\n',
          '\ufeff',
          'null',
          'true',
          '0',
          '"text"',
          '[]',
          '{}',
          '[[]]',
          'NaN',
          '1e999',
          '-',
          '{',
          '}',
          '"',
          '\\u0000',
        ]),
      )
    case 1:
      return Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)))
    case 2:
      return damaged(Buffer.from(JSON.stringify(segmentMessage(random))), random)
    case 3:
      return Buffer.from(nested(random))
    case 4:
      return Buffer.from(oddText(random))
    case 5:
      return Buffer.from(JSON.stringify(cloudEvent(random)))
    case 6:
      return Buffer.from(JSON.stringify(value(random, 4)))
    case 7:
      return Buffer.from(JSON.stringify({ ...segmentMessage(random), properties: wide(random) }))
    default:
      return Buffer.from(JSON.stringify(segmentMessage(random)))
  }
}

/** An arrival as a hostile archive claims it: most within a few hours of `around`, some centuries away or none at all. */
export function hostileArrival(random: Random, around: number): number | null {
  if (random.next() < 0.02)
    return random.pick([null, 0, -1, Date.UTC(1970, 0, 1), Date.UTC(2999, 0, 1), Number.NaN, Number.POSITIVE_INFINITY])
  return around + random.below(4 * 3_600_000)
}

function segmentMessage(random: Random): Record<string, unknown> {
  const odd = (usual: unknown): unknown => (random.next() < 0.1 ? value(random, 2) : usual)
  return {
    type: odd(random.pick(['track', 'page', 'screen', 'identify', 'group', 'alias'])),
    event: odd(random.next() < 0.7 ? 'Order Completed' : `event ${random.below(10_000)}`),
    messageId: odd(`m-${random.below(2_000)}`),
    timestamp: odd(random.pick(TIMES)),
    context: odd({
      app: odd({ version: odd(`${random.below(9)}.${random.below(99)}.${random.below(99)}`) }),
      platform: odd(random.pick(['web', 'ios', 'android'])),
      device: odd({ type: odd('ios') }),
      library: odd({ name: odd('analytics.js') }),
    }),
    properties: odd({
      order_id: odd(`o-${random.below(1e6)}`),
      revenue: odd(random.next() * 100),
      currency: odd('EUR'),
    }),
  }
}

function cloudEvent(random: Random): Record<string, unknown> {
  const data = value(random, 2)
  return {
    specversion: random.pick(['1.0', '0.3', 1, null]),
    id: value(random, 0),
    source: value(random, 0),
    type: random.pick(['Order Completed', 'com.acme.order', 3, null]),
    time: random.pick(TIMES),
    ...(random.next() < 0.5
      ? { data }
      : { data_base64: random.pick([Buffer.from(JSON.stringify(data) ?? '').toString('base64'), '%%%', '', 7]) }),
  }
}

function value(random: Random, levels: number): unknown {
  switch (random.below(levels > 0 ? 9 : 7)) {
    case 0:
      return null
    case 1:
      return random.next() < 0.5
    case 2:
      return random.pick(NUMBERS)
    case 3:
      return random.pick(TIMES)
    case 4:
      return text(random)
    case 5:
    case 6:
      return random.pick(WORDS)
    case 7:
      return Array.from({ length: random.below(6) }, () => value(random, levels - 1))
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(6) }, () => [random.pick(KEYS), value(random, levels - 1)]),
      )
  }
}

function text(random: Random): string {
  const length = random.next() < 0.02 ? 20_000 : random.below(60)
  if (random.next() < 0.3) return `${random.pick(WORDS)} `.repeat(Math.ceil(length / 8))
  return String.fromCharCode(...Array.from({ length }, () => random.below(random.next() < 0.1 ? 0x10000 : 128)))
}

function wide(random: Random): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: random.next() < 0.1 ? 400 : random.below(30) }, (_, n) => [`p${n}${random.below(3)}`, n]),
  )
}

function nested(random: Random): string {
  const levels = random.next() < 0.02 ? 10_000 : random.pick([63, 64, 65, 200])
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"properties":', '}'],
  ])
  const inside = random.pick(['1', '', '"'])
  return `${open.repeat(levels)}${inside}${random.next() < 0.5 ? close.repeat(levels) : ''}`
}

/** JSON that `JSON.stringify` would never write: duplicate and inherited keys, numbers past the range, escapes by halves. */
function oddText(random: Random): string {
  const member = () =>
    random.pick([
      '"event":"Order Completed"',
      '"event":"E","event":"Order Completed"',
      '"__proto__":{"event":"Order Completed","polluted":1}',
      '"constructor":{"prototype":{"polluted":1}}',
      '"type":"track"',
      '"properties":{"revenue":1e999,"order_id":"\\ud800","__proto__":null}',
      '"properties":{"revenue":-1e999,"order_id":"\\u0000"}',
      '"properties":{"toString":1,"hasOwnProperty":2,"valueOf":3,"then":4}',
      '"timestamp":1e999',
      '"messageId":1e999',
      '"context":{"app":{"version":99999999999999999999}}',
      '"context":{"library":{"name":"\\u0000"}}',
      '"receivedAt":"2026-01-15T10:00:00.000Z"',
      '"n":NaN',
    ])
  return `{${Array.from({ length: 1 + random.below(6) }, member).join(',')}}`
}

function damaged(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length)
  if (random.next() < 0.3) return bytes.subarray(0, at)
  const copy = Buffer.from(bytes)
  for (let n = 0; n <= random.below(4); n++) copy[random.below(copy.length)] = random.below(256)
  return copy
}
