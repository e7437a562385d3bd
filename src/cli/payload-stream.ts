import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Decoded } from '../model/record.ts'
import type { Decode } from '../observe/decode/decode.ts'
import { type Parsed, parsePayload, undecodable } from '../observe/decode/parse.ts'
import { createLineCursor } from '../observe/sources/file/lines.ts'

/** A document over several lines is read whole, up to this size. */
const LONGEST_DOCUMENT = 16 * 1024 * 1024
/** How JSON begins that a pretty-printer broke into lines; no line of NDJSON is that short. */
const OPENING = /^\s*[[{][[{\s]*$/

export interface Payload {
  /** From 1. */
  readonly line: number
  readonly decoded: Decoded
}

/** The payloads of a stream, each as soon as its line has come: NDJSON, gzipped NDJSON, or one JSON document over several lines. */
export async function* payloadStream(input: AsyncIterable<Uint8Array>, decode: Decode): AsyncGenerator<Payload> {
  const read = (parsed: Parsed): Decoded => (parsed.ok ? decode(parsed.value, null) : parsed)
  const cursor = createLineCursor(0, 0)
  let held: Buffer[] = []
  let size = 0
  let shape: 'unknown' | 'document' | 'lines' = 'unknown'
  try {
    for await (const chunk of inflated(input)) {
      let bytes = chunk
      if (shape !== 'lines') {
        held.push(chunk)
        size += chunk.length
        shape = size > LONGEST_DOCUMENT ? 'lines' : shape === 'unknown' ? shapeOf(Buffer.concat(held)) : shape
        if (shape !== 'lines') continue
        bytes = Buffer.concat(held)
        held = []
      }
      cursor.feed(bytes)
      while (cursor.next()) yield { line: cursor.number(), decoded: read(cursor.parse()) }
    }
    const rest = Buffer.concat(held)
    const document = shape === 'document' ? parsePayload(rest) : null
    if (document?.ok === true) {
      const elements: readonly unknown[] = Array.isArray(document.value) ? document.value : [document.value]
      for (const value of elements) yield { line: 1, decoded: decode(value, null) }
      return
    }
    cursor.feed(rest)
    while (cursor.next()) yield { line: cursor.number(), decoded: read(cursor.parse()) }
    if (cursor.last()) yield { line: cursor.number(), decoded: read(cursor.parse()) }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) throw error
    yield { line: cursor.number() + 1, decoded: undecodable('truncated', '') }
  }
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

async function* inflated(input: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
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
  } finally {
    source.destroy()
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
