import { storable } from '../../model/storable.ts'

const LONGEST_NAME = 200
const REMEMBERED = 10_000

const cleaned = new Map<string, string>()

/**
 * A name or dimension value as it is kept: without U+0000 and lone surrogates (U+FFFD in their place, since stores refuse
 * them), at most 200 characters. Null for what is no text, or empty. Remembered, because the same few come again and again.
 */
export function readName(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null
  const known = cleaned.get(value)
  if (known !== undefined) return known
  if (value.length > LONGEST_NAME) return copied(storable(value.slice(0, LONGEST_NAME)))
  const clean = storable(value)
  if (cleaned.size >= REMEMBERED) cleaned.clear()
  cleaned.set(value, clean)
  return clean
}

/**
 * An id: text as it was sent, or a number as text; null: none. Told apart by its hash, so it may hold and be as long as it
 * likes. A number from 2⁵³ on has lost its last digits in reading: with others it would be called a duplicate of its neighbour.
 */
export function readId(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : null
}

/** The beginning of a text, in memory of its own: a slice keeps alive what it was cut from. */
export function beginning(text: string, length: number): string {
  return text.length <= length ? text : copied(storable(text.slice(0, length)))
}

function copied(text: string): string {
  return Buffer.from(text).toString()
}

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
