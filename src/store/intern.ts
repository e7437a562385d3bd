import type { Facet, Finding, SeriesKey } from '../model/window.ts'
import { placeholders, writeRows } from './rows.ts'
import type { Sql, SqlValue } from './sql.ts'
import { boundedText } from './text.ts'

/** A table that gives names their numbers. */
export interface NameTable<Name> {
  readonly table: 'series' | 'facet' | 'finding'
  readonly columns: readonly string[]
  /** The columns that make a name unique. */
  readonly unique: readonly string[]
  /** The values of `columns`, clean and short enough for an index entry (2,704 bytes on Postgres). */
  readonly values: (name: Name) => readonly string[]
}

export const seriesNames: NameTable<SeriesKey> = {
  table: 'series',
  columns: ['source', 'kind', 'event'],
  unique: ['source', 'kind', 'event'],
  values: ({ source, kind, event }) => [boundedText(source, 256), kind, boundedText(event, 256)],
}

export const facetNames: NameTable<Facet> = {
  table: 'facet',
  columns: ['platform', 'app_version', 'library', 'partition_key', 'document'],
  unique: ['document'], // tells null from the empty text
  values: (facet) => {
    const part = (text: string | null) => (text === null ? null : boundedText(text, 100))
    const [platform, appVersion, library] = [part(facet.platform), part(facet.appVersion), part(facet.library)]
    const partition = part(facet.partition)
    const document = JSON.stringify({ platform, appVersion, library, partition })
    return [platform ?? '', appVersion ?? '', library ?? '', partition ?? '', document]
  },
}

export const findingNames: NameTable<Finding> = {
  table: 'finding',
  columns: ['kind', 'path', 'keyword', 'message'],
  unique: ['kind', 'path', 'keyword', 'message'],
  values: ({ kind, path, keyword, message }) => [
    kind,
    boundedText(path, 300),
    boundedText(keyword, 60),
    boundedText(message, 300),
  ],
}

/** The names whose numbers a writer knows. What a transaction learns counts only once it is committed. */
export interface Interned {
  readonly known: Map<string, number>
  readonly fresh: Map<string, number>
}

/** Names kept in memory a table; beyond, all are forgotten and asked for again. */
const KEPT_NAMES = 100_000

export function createInterned(): Interned {
  return { known: new Map(), fresh: new Map() }
}

/** After the commit: what was learnt is true. */
export function keepFresh({ known, fresh }: Interned): void {
  if (known.size + fresh.size > KEPT_NAMES) known.clear()
  for (const [key, id] of fresh) known.set(key, id)
  fresh.clear()
}

/** After a roll-back: the numbers may be given to other names. */
export function dropFresh({ fresh }: Interned): void {
  fresh.clear()
}

/**
 * The numbers of `names`, in their order; unknown names get one. Inserted in the order of their keys, so that two writers
 * that learn the same names at once wait for each other instead of deadlocking.
 */
export async function internNames<Name>(
  sql: Sql,
  names: readonly Name[],
  table: NameTable<Name>,
  interned: Interned,
): Promise<number[]> {
  const keys: string[] = []
  const unknown = new Map<string, readonly string[]>()
  const uniqueAt = table.unique.map((column) => table.columns.indexOf(column))
  for (const name of names) {
    const values = table.values(name)
    const key = uniqueAt.map((index) => values[index]).join('\u0000')
    keys.push(key)
    if (!interned.known.has(key) && !interned.fresh.has(key)) unknown.set(key, values)
  }
  if (unknown.size > 0) await learn(sql, unknown, table, interned.fresh)
  return keys.map((key) => interned.fresh.get(key) ?? interned.known.get(key) ?? Number.NaN)
}

async function learn<Name>(
  sql: Sql,
  unknown: ReadonlyMap<string, readonly string[]>,
  table: NameTable<Name>,
  fresh: Map<string, number>,
): Promise<void> {
  const sorted = [...unknown].sort(([a], [b]) => (a < b ? -1 : 1))
  const missing: [string, readonly string[]][] = []
  const condition = table.unique.map((column) => `${column} = ?`).join(' and ')
  const find = async (key: string, values: readonly string[]) => {
    const unique = table.unique.map((column) => values[table.columns.indexOf(column)] ?? '')
    const [row] = await sql.all<{ id: number }>(`select id from ${table.table} where ${condition}`, unique)
    if (row === undefined) return false
    fresh.set(key, row.id)
    return true
  }
  for (const [key, values] of sorted) if (!(await find(key, values))) missing.push([key, values])
  const flat: SqlValue[] = missing.flatMap(([, values]) => values)
  await writeRows(sql, table.columns.length, flat, insertNames(table))
  for (const [key, values] of missing) await find(key, values)
}

const statements = new Map<string, (count: number) => string>()

function insertNames<Name>({ table, columns }: NameTable<Name>): (count: number) => string {
  const made =
    statements.get(table) ??
    ((count: number) =>
      `insert into ${table} (${columns.join(', ')}) values ${placeholders(count, columns.length)} on conflict do nothing`)
  statements.set(table, made)
  return made
}
