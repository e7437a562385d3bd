import { type Columns, type CountsRow, type ReadRow, rowReader } from './counts-row.ts'
import { csvFields } from './csv-line.ts'

/** What is wrong with a line, and what would be right. */
export interface LineProblem {
  readonly line: number
  readonly message: string
}

/** Reads text as it comes, in pieces of any size. */
export interface CountsReader {
  readonly feed: (text: string) => void
  readonly end: () => void
}

const COLUMNS = ['series', 'at', 'count', 'total']
const FIRST_LINE = 'the first line is series,at,count,total'
/** A quoted name may hold line breaks, but one that is never closed mustn't swallow the file. */
const LONGEST_ROW = 65_536

/** Calls `row` or `problem` for each line of CSV with the header `series,at,count,total`; columns may stand in any order. */
export function countsReader(row: (row: CountsRow) => void, problem: (problem: LineProblem) => void): CountsReader {
  let readRow: ReadRow | null = null
  let hasHeader = true
  let rest = ''
  let started = false
  let line = 0
  let held: { readonly text: string; readonly line: number } | null = null

  function takeLine(raw: string): void {
    line += 1
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const whole = held === null ? text : `${held.text}\n${text}`
    const first = held === null ? line : held.line
    if (hasOpenQuote(whole) && whole.length <= LONGEST_ROW) held = { text: whole, line: first }
    else {
      held = null
      takeRow(whole, first)
    }
  }

  function takeRow(text: string, at: number): void {
    if (!hasHeader || text.trim() === '') return
    const read = readLine(text, at)
    if (typeof read === 'string') problem({ line: at, message: read })
    else if (read !== null) row(read)
  }

  /** Null: it was the header. */
  function readLine(text: string, at: number): CountsRow | string | null {
    const fields = csvFields(text)
    if (fields === null)
      return 'a quote is left open, or stands inside a field: a name with quotes is written "a ""b"""'
    if (readRow !== null) return readRow(fields, at)
    const columns = columnsOf(fields)
    if (typeof columns === 'string') {
      hasHeader = false
      return columns
    }
    readRow = rowReader(columns)
    return null
  }

  return {
    feed: (text) => {
      const all = rest + (started ? text : text.replace(/^\uFEFF/, ''))
      started ||= text !== ''
      let from = 0
      for (let end = all.indexOf('\n'); end !== -1; end = all.indexOf('\n', from)) {
        takeLine(all.slice(from, end))
        from = end + 1
      }
      rest = all.slice(from)
    },
    end: () => {
      if (rest !== '') takeLine(rest)
      if (held !== null) takeRow(held.text, held.line)
      if (readRow === null && hasHeader) problem({ line: 1, message: `the file is empty: ${FIRST_LINE}` })
    },
  }
}

function columnsOf(fields: readonly string[]): Columns | string {
  const names = fields.map((field) => field.trim().toLowerCase())
  const [series = -1, at = -1, count = -1, total = -1] = COLUMNS.map((name) => names.indexOf(name))
  const missing = COLUMNS.filter((name) => name !== 'total' && !names.includes(name))
  const unknown = names.filter((name) => !COLUMNS.includes(name))
  if (missing.length > 0) return `the header lacks ${missing.join(', ')}: ${FIRST_LINE}`
  if (unknown.length > 0) return `the header has ${unknown.join(', ') || 'a column without a name'}: ${FIRST_LINE}`
  if (new Set(names).size < names.length) return `the header has a column twice: ${FIRST_LINE}`
  return { series, at, count, total: total === -1 ? undefined : total, width: names.length }
}

function hasOpenQuote(text: string): boolean {
  let open = false
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) open = !open
  return open
}
