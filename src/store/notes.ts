import type { Sql } from './sql.ts'

/** A small JSON document kept under a name: the state of those who have no table. Null: none. */
export async function readNote<Document>(sql: Sql, name: string): Promise<Document | null> {
  const [row] = await sql.all<{ document: string }>('select document from note where name = ?', [name])
  return row === undefined ? null : (JSON.parse(row.document) as Document)
}

export async function writeNote(sql: Sql, name: string, document: unknown): Promise<void> {
  await sql.run(
    'insert into note (name, document) values (?, ?) on conflict (name) do update set document = excluded.document',
    [name, JSON.stringify(document)],
  )
}

/** Makes a note into what `change` says of it. Inside a transaction: two who change it at once come one after the other. */
export async function changeNote<Document>(
  sql: Sql,
  name: string,
  change: (before: Document | null) => Document,
): Promise<void> {
  // Postgres would let both read the same: whoever has touched the row first is waited for.
  await sql.run(
    "insert into note (name, document) values (?, 'null') on conflict (name) do update set document = note.document",
    [name],
  )
  await writeNote(sql, name, change(await readNote<Document>(sql, name)))
}
