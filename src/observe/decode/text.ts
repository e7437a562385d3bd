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
  const clean = value.slice(0, LONGEST_NAME).toWellFormed().replaceAll('\u0000', '\ufffd')
  if (cleaned.size >= REMEMBERED) cleaned.clear()
  if (value.length <= LONGEST_NAME) cleaned.set(value, clean)
  return clean
}

/** An id: text, or a number as text; null: none. */
export function readId(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null
}

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
