/** What an SLO judges and an incident is about: an event of streams, or a table of a warehouse. */
export type SubjectKind = 'event' | 'table'

const PREFIX = 'table:'

/** The source that a table is in the store: it has a position and a watermark of its own. No source's id holds a colon. */
export function tableSource(table: string): string {
  return `${PREFIX}${table}`
}

/** The table that a source of the store is; null for a stream. */
export function tableOfSource(source: string): string | null {
  return source.startsWith(PREFIX) ? source.slice(PREFIX.length) : null
}
