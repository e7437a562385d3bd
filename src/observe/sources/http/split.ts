/** Where the elements of a JSON array stand in a body that can't be parsed as a whole. */
export interface Split {
  /** The body with the array's elements left out: `[]`, or `{"sentAt": …, "batch": []}`. */
  readonly envelope: Uint8Array
  readonly count: number
  /** The bytes of one element, from 0; shares memory with the body. */
  readonly element: (index: number) => Uint8Array
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const OPEN_OBJECT = 0x7b
const CLOSE_ARRAY = 0x5d
const CLOSE_OBJECT = 0x7d

/**
 * Finds the elements of the root array, or of the array under `key` in the root object, by brackets and quotes alone.
 * One element that is nested too deep, holds bytes that aren't UTF-8 or isn't JSON then spoils itself and not
 * its neighbours. Null where the brackets don't balance or there is no such array: linear in the bytes, never recursive.
 */
export function splitElements(body: Uint8Array, key: string | null): Split | null {
  const root = skipSpace(body, body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0)
  const arrayDepth = key === null ? 1 : 2
  if (body[root] !== (key === null ? OPEN_ARRAY : OPEN_OBJECT)) return null
  const wanted = key === null ? null : Buffer.from(JSON.stringify(key))

  let bounds: number[] = []
  let array: { open: number; close: number } | null = null
  let inside = false
  let elementStart = 0
  let pendingKey = false
  let depth = 0
  let at = root
  for (; at < body.length; at++) {
    const byte = body[at]
    if (byte === QUOTE) {
      const end = closingQuote(body, at)
      if (end === -1) return null
      if (depth === 1 && wanted !== null) pendingKey = isKey(body, at, end, wanted)
      at = end
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth++
      if (depth === arrayDepth && byte === OPEN_ARRAY && (wanted === null || pendingKey)) {
        inside = true
        bounds = [] // of a key that stands twice the last one counts, as in JSON.parse
        elementStart = at + 1
        array = { open: at, close: at }
      }
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      if (inside && depth === arrayDepth && array !== null) {
        if (byte !== CLOSE_ARRAY) return null
        if (bounds.length > 0 || skipSpace(body, elementStart) < at) bounds.push(elementStart, at)
        inside = false
        pendingKey = false
        array.close = at
      }
      depth--
      if (depth === 0) break
    } else if (byte === COMMA) {
      if (inside && depth === arrayDepth) {
        bounds.push(elementStart, at)
        elementStart = at + 1
      } else if (depth === 1) {
        pendingKey = false
      }
    }
  }
  if (depth !== 0 || at >= body.length || array === null || skipSpace(body, at + 1) !== body.length) return null
  const found = bounds
  return {
    envelope: Buffer.concat([body.subarray(root, array.open + 1), body.subarray(array.close, at + 1)]),
    count: found.length / 2,
    element: (index) => body.subarray(found[2 * index], found[2 * index + 1]),
  }
}

/** The quote that ends the string which starts at `open`; -1: none. */
function closingQuote(body: Uint8Array, open: number): number {
  for (let at = open + 1; at < body.length; at++) {
    const byte = body[at]
    if (byte === QUOTE) return at
    if (byte === BACKSLASH) at++
  }
  return -1
}

/** Whether the string is the wanted key: followed by a colon, not itself a value. */
function isKey(body: Uint8Array, open: number, close: number, wanted: Uint8Array): boolean {
  if (close - open + 1 !== wanted.length) return false
  for (let at = 0; at < wanted.length; at++) if (body[open + at] !== wanted[at]) return false
  return body[skipSpace(body, close + 1)] === 0x3a
}

function skipSpace(body: Uint8Array, from: number): number {
  let at = from
  while (at < body.length && (body[at] === 0x20 || body[at] === 0x0a || body[at] === 0x0d || body[at] === 0x09)) at++
  return at
}
