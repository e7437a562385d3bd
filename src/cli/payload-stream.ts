import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Decoded } from '../model/record.ts'
import type { Decode } from '../observe/decode/decode.ts'
import { type Parsed, parsePayload, undecodable } from '../observe/decode/parse.ts'
import { type Chunks, openGzip, openPlain } from '../observe/sources/file/chunks.ts'
import { createLineCursor } from '../observe/sources/file/lines.ts'
import { readBeginning } from '../observe/sources/file/mark.ts'

/** A document over several lines is read whole, up to this size. */
const LONGEST_DOCUMENT = 16 * 1024 * 1024
/** How JSON begins that a pretty-printer broke into lines; no line of NDJSON is that short. */
const OPENING = /^\s*[[{][[{\s]*$/

export interface Payload {
  /** From 1. */
  readonly line: number
  readonly decoded: Decoded
}

/** Read at once. */
const CHUNK = 256 * 1024

/** The payloads of a regular file: NDJSON, gzipped NDJSON, or one JSON document over several lines. Throws what the file system throws. */
export async function* filePayloads(path: string, decode: Decode): AsyncGenerator<Payload> {
  const { gzipped } = await readBeginning(path, null)
  const chunks = gzipped ? openGzip(path, CHUNK) : await openPlain(path, 0, CHUNK)
  try {
    yield* payloadsIn(bytesOf(chunks), decode)
  } finally {
    await chunks.close()
  }
}

/** The same of a stream, such as standard input; each payload as soon as its line has come. */
export function payloadStream(input: AsyncIterable<Uint8Array>, decode: Decode): AsyncGenerator<Payload> {
  return payloadsIn(inflated(input), decode)
}

async function* payloadsIn(input: AsyncIterable<Buffer | 'broken'>, decode: Decode): AsyncGenerator<Payload> {
  const read = (parsed: Parsed): Decoded => (parsed.ok ? decode(parsed.value, null) : parsed)
  const cursor = createLineCursor(0, 0)
  let held: Buffer = Buffer.alloc(0)
  let shape: 'unknown' | 'document' | 'lines' = 'unknown'
  let isBroken = false
  for await (const chunk of input) {
    if (chunk === 'broken') {
      isBroken = true
      break
    }
    let bytes = chunk
    if (shape !== 'lines') {
      bytes = Buffer.concat([held, chunk])
      shape = bytes.length > LONGEST_DOCUMENT ? 'lines' : shape === 'unknown' ? shapeOf(bytes) : shape
      held = shape === 'lines' ? Buffer.alloc(0) : bytes
      if (shape !== 'lines') continue
    }
    cursor.feed(bytes)
    while (cursor.next()) yield { line: cursor.number(), decoded: read(cursor.parse()) }
  }
  const document = shape === 'document' && !isBroken ? parsePayload(held) : null
  if (document?.ok === true) {
    const elements: readonly unknown[] = Array.isArray(document.value) ? document.value : [document.value]
    for (const value of elements) yield { line: 1, decoded: decode(value, null) }
    return
  }
  cursor.feed(held)
  while (cursor.next()) yield { line: cursor.number(), decoded: read(cursor.parse()) }
  const isLast = cursor.last()
  if (isBroken) yield { line: cursor.number() + (isLast ? 0 : 1), decoded: undecodable('truncated', '') }
  else if (isLast) yield { line: cursor.number(), decoded: read(cursor.parse()) }
}

/** By the first line that isn't blank; `unknown` until its end has come. */
function shapeOf(bytes: Buffer): 'unknown' | 'document' | 'lines' {
  const beginning = bytes
    .toString('latin1', 0, 4096)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
  const end = beginning.indexOf('\n')
  if (end === -1) return beginning.length < 1024 && (beginning === '' || OPENING.test(beginning)) ? 'unknown' : 'lines'
  return OPENING.test(beginning.slice(0, end)) ? 'document' : 'lines'
}

async function* bytesOf(chunks: Chunks): AsyncIterable<Buffer | 'broken'> {
  for (;;) {
    const chunk = await chunks.read()
    if (chunk === 'end') return
    yield chunk
    if (chunk === 'broken') return
  }
}

async function* inflated(input: AsyncIterable<Uint8Array>): AsyncIterable<Buffer | 'broken'> {
  const chunks = input[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  while (head.length < 2) {
    const { done, value } = await chunks.next()
    if (done === true) break
    head = head.length === 0 ? asBuffer(value) : Buffer.concat([head, value])
  }
  const whole = (async function* () {
    if (head.length > 0) yield head
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield asBuffer(next.value)
  })()
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole
    return
  }
  const source = Readable.from(whole)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  try {
    yield* source.pipe(gunzip)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error
    yield 'broken'
  } finally {
    source.destroy()
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
