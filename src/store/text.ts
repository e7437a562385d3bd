import { storable } from '../model/storable.ts'
import type { SqlValue } from './sql.ts'

/** Clean text of at most `limit` UTF-16 units, never cut inside a pair: what an index entry can hold on both engines. */
export function boundedText(text: string, limit: number): string {
  return storable(text.length > limit ? text.slice(0, limit) : text)
}

/** Values ready to be bound; the same array where nothing had to be cleaned. */
export function cleanValues(values: readonly SqlValue[]): readonly SqlValue[] {
  let clean: SqlValue[] | null = null
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as SqlValue
    if (typeof value !== 'string') continue
    const text = storable(value)
    if (text === value) continue
    clean ??= values.slice()
    clean[index] = text
  }
  return clean ?? values
}
