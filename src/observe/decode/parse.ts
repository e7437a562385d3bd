import { isAscii, isUtf8 } from 'node:buffer'
import type { Undecodable, UndecodableReason } from '../../model/record.ts'
import { beginning } from './text.ts'

/** A payload nested deeper than this is not looked into. */
export const MOST_LEVELS = 64
const EXCERPT = 2_000
const BYTE_ORDER_MARK = '\ufeff'

export type Parsed = { readonly ok: true; readonly value: unknown } | Undecodable

/** JSON from bytes, whatever they are. Duplicate keys: the last wins; numbers past the range become infinite. Never throws. */
export function parsePayload(bytes: Uint8Array): Parsed {
  if (bytes.length === 0) return undecodable('empty', '')
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isAscii(buffer)) return parseText(buffer.toString('latin1'))
  if (!isUtf8(buffer)) return undecodable('invalid_utf8', buffer.subarray(0, 4 * EXCERPT).toString('utf8'))
  return parseText(buffer.toString('utf8'))
}

/** The same for text that is decoded already. */
export function parseText(given: string): Parsed {
  const text = given.startsWith(BYTE_ORDER_MARK) ? given.slice(1) : given
  if (mayBeTooDeep(text) && isTooDeep(text)) return undecodable('too_deep', text)
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return undecodable(text.trim() === '' ? 'empty' : 'malformed_json', text)
  }
}

export function undecodable(reason: UndecodableReason, text: string, event: string | null = null): Undecodable {
  return { ok: false, reason, event, receivedAt: null, excerpt: beginning(text, EXCERPT) }
}

/** Whether there are enough opening brackets for it; a few native searches, where counting levels would cost as much as parsing. */
function mayBeTooDeep(text: string): boolean {
  if (text.length < 2 * MOST_LEVELS) return false
  let openings = 0
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      openings += 1
      if (openings > MOST_LEVELS) return true
    }
  }
  return false
}

/** Counts levels outside of strings. Text that is no JSON at all may be called too deep: it is refused either way. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 0x5c) at += 1
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > MOST_LEVELS) return true
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return false
}
