/** Values of a statement, each by its place: nothing of a contract but names of columns and tables stands in its text. */
export interface Parameters {
  /** Adds a value and answers how the statement names it: `$3::text`. */
  readonly add: (value: unknown, type: string) => string
  readonly values: unknown[]
}

export function createParameters(): Parameters {
  const values: unknown[] = []
  return {
    values,
    add: (value, type) => {
      values.push(value)
      return `$${values.length}::${type}`
    },
  }
}

/** A name as SQL takes it whatever it holds: in quotes, with its own quotes doubled. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
