import type { SqlValue } from './sql.ts'

/** Text that both engines take: U+0000 and lone surrogates become U+FFFD. */
function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\u0000') ? whole.replaceAll('\u0000', '\uFFFD') : whole
}

/** Clean text of at most `limit` UTF-16 units, never cut inside a pair: what an index entry can hold on both engines. */
export function boundedText(text: string, limit: number): string {
  return cleanText(text.length > limit ? text.slice(0, limit) : text)
}

/** Values ready to be bound; the same array where nothing had to be cleaned. */
export function cleanValues(values: readonly SqlValue[]): readonly SqlValue[] {
  let clean: SqlValue[] | null = null
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as SqlValue
    if (typeof value !== 'string') continue
    const text = cleanText(value)
    if (text === value) continue
    clean ??= values.slice()
    clean[index] = text
  }
  return clean ?? values
}
