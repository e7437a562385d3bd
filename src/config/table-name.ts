/** The parts of a table's name. */
export interface TableName {
  readonly warehouse: string
  readonly schema: string
  readonly table: string
}

/** One part: plain, or in double quotes with `""` for a quote, as in SQL. Letter case is kept either way. */
const PART = '(?:"((?:[^"]|"")+)"|([^".]+))'
const NAME = new RegExp(`^${PART}\\.${PART}\\.${PART}$`, 'su')

/** Reads `warehouse.schema.table`; null for anything else. */
export function readTableName(text: string): TableName | null {
  const found = NAME.exec(text)
  if (found === null) return null
  const part = (index: number): string => found[index]?.replaceAll('""', '"') ?? found[index + 1] ?? ''
  return { warehouse: part(1), schema: part(3), table: part(5) }
}

/** The one way to write a table's name: quotes only where a part needs them. Round trip of `readTableName`. */
export function writeTableName({ warehouse, schema, table }: TableName): string {
  return [warehouse, schema, table]
    .map((part) => (/[".]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part))
    .join('.')
}
