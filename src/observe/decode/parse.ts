import { isUtf8 } from 'node:buffer'
import type { Undecodable, UndecodableReason } from '../../model/record.ts'
import { beginning } from './text.ts'

/** A payload nested deeper than this is not looked into. */
export const MOST_LEVELS = 64
/** A little more than is shown: what is private and stands across the end can be recognised only if it is there. */
const EXCERPT = 2_100
/** Text that is parsed before its levels are counted: a parser's stack of these takes 20 MB at worst. */
const SHORT = 256 * 1024
const BYTE_ORDER_MARK = 0xfeff

export type Parsed = { readonly ok: true; readonly value: unknown } | Undecodable

/** JSON from bytes, whatever they are. Duplicate keys: the last wins; numbers past the range become infinite. Never throws. */
export function parsePayload(bytes: Uint8Array): Parsed {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length === 0) return undecodable('empty', '')
  if (buffer.length > LONGEST) return undecodable('too_large', buffer.toString('utf8', 0, 4 * EXCERPT))
  const text = buffer.toString()
  // Decoding puts U+FFFD for what is no UTF-8; only where there is one it matters whether it was sent so.
  if (text.includes('\ufffd') && !isUtf8(buffer)) return undecodable('invalid_utf8', text)
  return parseText(text)
}

/** The same for text that is decoded already. */
export function parseText(given: string): Parsed {
  const text = given.charCodeAt(0) === BYTE_ORDER_MARK ? given.slice(1) : given
  const suspicious = mayBeTooDeep(text)
  if (suspicious && text.length > SHORT && isTooDeep(text)) return undecodable('too_deep', text)
  try {
    const value: unknown = JSON.parse(text)
    if (suspicious && text.length <= SHORT && isDeeper(value, MOST_LEVELS)) return undecodable('too_deep', text)
    return { ok: true, value }
  } catch {
    return undecodable(/\S/.test(text) ? 'malformed_json' : 'empty', text)
  }
}

/** Longer text than that can't be made: V8's strings end at 2²⁹ − 24 characters. */
const LONGEST = 2 ** 29 - 24

export function undecodable(reason: UndecodableReason, text: string, event: string | null = null): Undecodable {
  return { ok: false, reason, event, receivedAt: null, excerpt: beginning(text, EXCERPT) }
}

/** Whether there are enough opening brackets for it; a few native searches, where counting levels would cost as much as parsing. */
function mayBeTooDeep(text: string): boolean {
  if (text.length <= MOST_LEVELS) return false
  return openings(text, '{', openings(text, '[', 0)) > MOST_LEVELS
}

/** Adds how often the bracket stands in the text, as far as it matters. */
function openings(text: string, bracket: string, before: number): number {
  let count = before
  for (let at = text.indexOf(bracket); at !== -1 && count <= MOST_LEVELS; at = text.indexOf(bracket, at + 1)) count += 1
  return count
}

/** Whether a value has more levels than that; of what is parsed already this takes a third of the time that counting brackets would. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, levels - 1))
  for (const key in value) if (isDeeper((value as Readonly<Record<string, unknown>>)[key], levels - 1)) return true
  return false
}

/** Counts levels outside of strings, without making them: long text could be millions deep. Text that is no JSON at all may be called too deep: it is refused either way. */
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
