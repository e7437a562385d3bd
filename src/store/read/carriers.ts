import type { Sql } from '../sql.ts'

/** By event with a contract: the sources that have carried it, sorted. */
export async function carriersOf(sql: Sql): Promise<Map<string, readonly string[]>> {
  const rows = await sql.all<{ source: string; event: string }>(
    "select source, event from series where kind = 'planned'",
  )
  const carriers = new Map<string, string[]>()
  for (const { source, event } of rows) carriers.set(event, [...(carriers.get(event) ?? []), source].sort())
  return carriers
}
