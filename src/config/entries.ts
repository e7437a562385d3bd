import type { Path } from './document.ts'

/** Names of what was written but couldn't be read, so that what names them isn't wrong; `all`: there may be any. */
export interface Noted {
  readonly names: Set<string>
  all: boolean
}

export function noted(): Noted {
  return { names: new Set(), all: false }
}

/** Remembers the name that a broken entry has under `key`. */
export function note(into: Noted, entry: unknown, key: string): void {
  const written =
    typeof entry === 'object' && entry !== null && key in entry ? (entry as Record<string, unknown>)[key] : null
  if (typeof written === 'string') into.names.add(written)
  else into.all = true
}

/** A document that is a list, that has one under `key`, or that is a single entry itself (`above` is null). */
export function entriesOf(value: unknown, key: string): [entries: readonly unknown[], above: Path | null] {
  if (Array.isArray(value)) return [value, []]
  const list = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  return Array.isArray(list) ? [list, [key]] : [[value], null]
}
