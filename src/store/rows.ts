import type { Sql, SqlValue } from './sql.ts'

/** Most rows of one statement: 256 rows of 16 values are far below what either engine binds. */
const MOST_ROWS = 256
/** Most values of one list. */
const MOST_LISTED = 512

/** `(?, ?), (?, ?)`: `count` rows of `width` placeholders. */
export function placeholders(count: number, width: number): string {
  const row = `(${Array.from({ length: width }, () => '?').join(', ')})`
  return Array.from({ length: count }, () => row).join(', ')
}

/**
 * Runs `statement(count)` over all rows. `values` holds them one after the other, `width` values each. SQLite gets powers
 * of two, so that few texts serve every number of rows and stay prepared; Postgres gets as many as fit, since there the
 * round trip is what costs. Answers the number of rows changed.
 */
export async function writeRows(
  sql: Sql,
  width: number,
  values: readonly SqlValue[],
  statement: (count: number) => string,
): Promise<number> {
  let changed = 0
  for (let from = 0; from < values.length; ) {
    const count = rowsNext(sql, (values.length - from) / width)
    const to = from + count * width
    changed += await sql.run(
      textOf(statement, count),
      count * width === values.length ? values : values.slice(from, to),
    )
    from = to
  }
  return changed
}

/** Reads `statement(count)` over a list of values. The last value is repeated up to a power of two. */
export async function readListed<Row extends object>(
  sql: Sql,
  list: readonly SqlValue[],
  statement: (placeholders: string) => string,
  after: readonly SqlValue[] = [],
): Promise<Row[]> {
  const found: Row[] = []
  for (let from = 0; from < list.length; from += MOST_LISTED) {
    const part = list.slice(from, from + MOST_LISTED)
    const size = 2 ** Math.ceil(Math.log2(part.length))
    while (part.length < size) part.push(part.at(-1) ?? null)
    const marks = Array.from({ length: size }, () => '?').join(', ')
    for (const row of await sql.all<Row>(statement(marks), [...part, ...after])) found.push(row)
  }
  return found
}

function rowsNext(sql: Sql, left: number): number {
  if (sql.engine === 'postgres') return Math.min(left, MOST_ROWS)
  return Math.min(2 ** Math.floor(Math.log2(left)), MOST_ROWS)
}

const texts = new WeakMap<(count: number) => string, Map<number, string>>()

/** Texts are made once: the same string is also found faster among the prepared statements. */
function textOf(statement: (count: number) => string, count: number): string {
  let known = texts.get(statement)
  if (known === undefined) {
    known = new Map()
    texts.set(statement, known)
  }
  const text = known.get(count) ?? statement(count)
  known.set(count, text)
  return text
}
