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
