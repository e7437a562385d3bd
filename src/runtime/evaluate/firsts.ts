import type { Instant } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'

/** Starts of the minutes of first records, fixed once seen: from there on minutes count. Plain data: it is stored. */
export interface Firsts {
  /** Source → its first record of any kind. */
  readonly sources: Readonly<Record<string, Instant>>
  /** Planned event → source → the event's first record there. */
  readonly events: Readonly<Record<string, Readonly<Record<string, Instant>>>>
}

export const NO_FIRSTS: Firsts = { sources: {}, events: {} }

/** The firsts after these windows: only sources and events that weren't known yet are added, each with its earliest minute. */
export function withFirsts(
  before: Firsts,
  rows: readonly { readonly key: SeriesKey; readonly start: Instant }[],
): Firsts {
  const sources = new Map<string, Instant>()
  const events = new Map<string, Map<string, Instant>>()
  for (const { key, start } of rows) {
    if (before.sources[key.source] === undefined) keepLeast(sources, key.source, start)
    if (key.kind !== 'planned' || before.events[key.event]?.[key.source] !== undefined) continue
    const bySource = events.get(key.event) ?? new Map<string, Instant>()
    keepLeast(bySource, key.source, start)
    events.set(key.event, bySource)
  }
  if (sources.size === 0 && events.size === 0) return before
  const merged = { ...before.events }
  for (const [event, bySource] of events) merged[event] = { ...merged[event], ...Object.fromEntries(bySource) }
  return { sources: { ...before.sources, ...Object.fromEntries(sources) }, events: merged }
}

function keepLeast(least: Map<string, Instant>, name: string, start: Instant): void {
  least.set(name, Math.min(least.get(name) ?? start, start))
}
