import { deflateRawSync, gzipSync } from 'node:zlib'
import type { Random } from '../../../support/random.ts'

export interface HostileRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Messages of the body that are as they should be: named `Good <n>`, and stored if the request as a whole can be read. */
  readonly good: number
}

const PATHS = [
  '/v1/batch',
  '/v1/b',
  '/v1/import',
  '/v1/track',
  '/v1/identify',
  '/v1/p',
  '/events',
  '/events',
  '/events',
]
const CONTENT_TYPES = [
  'application/json',
  'text/plain',
  'application/cloudevents+json',
  'application/cloudevents-batch+json; charset=utf-8',
  'APPLICATION/JSON;;;',
  'application/problem+json',
  'multipart/form-data; boundary=x',
  '',
]

/** Values that somebody's program will send one day. */
const SCALARS = [
  'null',
  'true',
  '0',
  '-0',
  '1e999',
  '-1e999',
  '1e-999',
  '123456789012345678901234567890',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"a\\u0000b"',
  '"é漢🙂"',
  '"\\\\"',
  '"\\""',
  '"__proto__"',
  '"2999-01-01T00:00:00Z"',
  '"1970-01-01"',
  '"not a time"',
  '-62135596800001',
  '8640000000000001',
  '"4.3.0"',
  '"10.0.0.1"',
  '"<script>"',
  '"%00%ff"',
  '[]',
  '{}',
  '[[]]',
  '{"":""}',
] // prettier-ignore
const KEYS = [
  'event',
  'type',
  'name',
  'id',
  'messageId',
  'timestamp',
  'time',
  'sentAt',
  'properties',
  'traits',
  'data',
  'data_base64',
  'context',
  'integrations',
  'batch',
  'writeKey',
  'specversion',
  'source',
  'datacontenttype',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  'toJSON',
  '\\u0000',
  '\\ud800',
] // prettier-ignore
/** Balanced, so that a reader may tell where they end, and no JSON or no text. */
const SPOILT = [
  'NaN',
  '{"a":undefined}',
  "{'a':1}",
  '{a:1}',
  '[1,,2]',
  '{"a":1,}',
  '01',
  '"\u0001"',
  'Infinity',
  '{"event" "A"}',
  '\\x',
  '// comment',
]

/** A request that no good client sends, made by chance. */
export function hostileRequest(random: Random): HostileRequest {
  const path = random.pick(PATHS)
  const many = path === '/events' ? random.next() < 0.6 : /\/(batch|b|import)$/.test(path)
  const { text, good } = many ? manyOf(random, path) : { text: message(random), good: 0 }
  const plain = spoil(random, Buffer.from(text, 'utf8'))
  const { body, encoding, isWrong } = encode(random, plain.body)
  const headers: Record<string, string> = {}
  if (encoding !== null) headers['content-encoding'] = encoding
  const contentType = random.pick(CONTENT_TYPES)
  if (contentType !== '') headers['content-type'] = contentType
  if (random.next() < 0.1) {
    headers['ce-specversion'] = '1.0'
    headers['ce-type'] = random.pick(['placed', '%ff%fe', '%C3%A9', '%00', ' '])
    headers['ce-id'] = random.pick(['1', '%', '\u00ff'])
    headers['ce-__proto__'] = 'x'
    headers['ce-time'] = 'yesterday'
  }
  if (random.next() < 0.1)
    headers['authorization'] = random.pick([
      'Basic',
      'Basic ====',
      'Basic Og==',
      'Bearer',
      'Bearer \u00ff',
      'Digest x',
      'Basic a b',
    ])
  const isCloudEvent =
    path === '/events' && (/cloudevents/i.test(contentType) || headers['ce-specversion'] !== undefined)
  return { path, headers, body, good: plain.spoilt || isCloudEvent || isWrong ? 0 : good }
}

function manyOf(random: Random, path: string): { text: string; good: number } {
  let good = 0
  const elements = Array.from({ length: random.below(8) }, () => {
    const kind = random.next()
    if (kind < 0.4) return `{"type":"track","event":"Good ${good++}","messageId":"m${good}"}`
    if (kind < 0.7) return message(random)
    if (kind < 0.8) return random.pick(SCALARS)
    if (kind < 0.9) return nested(random, 1 + random.below(200))
    return random.pick(SPOILT)
  })
  const array = `[${elements.join(random.pick([',', ' ,\n']))}]`
  if (path === '/events') return { text: array, good }
  const rest = random.next() < 0.5 ? '' : `,"${random.pick(KEYS.filter((key) => key !== 'batch'))}":${value(random, 3)}`
  return { text: `{"batch":${array}${rest}}`, good }
}

function message(random: Random): string {
  const pairs = Array.from({ length: random.below(7) }, () => `"${random.pick(KEYS)}":${value(random, 4)}`)
  return `{${pairs.join(',')}}`
}

function value(random: Random, depth: number): string {
  const kind = random.next()
  if (depth === 0 || kind < 0.6) return random.pick(SCALARS)
  if (kind < 0.65) return nested(random, 1 + random.below(150))
  if (kind < 0.7) return `"${random.pick(['x', '漢', '\\u0000', '🙂']).repeat(1 + random.below(2_000))}"`
  const parts = Array.from({ length: random.below(4) }, () => value(random, depth - 1))
  return kind < 0.85 ? `[${parts.join(',')}]` : `{${parts.map((part) => `"${random.pick(KEYS)}":${part}`).join(',')}}`
}

function nested(random: Random, depth: number): string {
  return random.next() < 0.5 ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
}

/** Most bodies stay as they are; the others lose their end, get a byte of their own or are no text at all. */
function spoil(random: Random, body: Buffer): { body: Buffer; spoilt: boolean } {
  const kind = random.next()
  if (kind < 0.7) return { body, spoilt: false }
  if (kind < 0.75) return { body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]), spoilt: false }
  if (kind < 0.83) return { body: body.subarray(0, random.below(body.length + 1)), spoilt: true }
  if (kind < 0.93) {
    const changed = Buffer.from(body)
    for (let times = 1 + random.below(3); times > 0 && changed.length > 0; times--)
      changed[random.below(changed.length)] = random.below(256)
    return { body: changed, spoilt: true }
  }
  return { body: Buffer.from(Array.from({ length: random.below(64) }, () => random.below(256))), spoilt: true }
}

function encode(random: Random, body: Buffer): { body: Buffer; encoding: string | null; isWrong: boolean } {
  const kind = random.next()
  if (kind < 0.9) return { body, encoding: null, isWrong: false }
  if (kind < 0.94) return { body: gzipSync(body), encoding: 'gzip', isWrong: false }
  if (kind < 0.96) return { body: deflateRawSync(body), encoding: 'deflate', isWrong: false }
  return { body, encoding: random.pick(['gzip', 'br', 'compress', 'deflate', 'zstd']), isWrong: true }
}
