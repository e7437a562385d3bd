import { type Instant, isCalendarDay, isPlausibleArrival } from '../../model/time.ts'

/** One bucket of a file of counts. */
export interface CountsRow {
  readonly line: number
  readonly series: string
  readonly at: Instant
  readonly count: number
  /** Null: the count is no share of anything. */
  readonly total: number | null
}

/** In which field of a line each column stands. */
export type Columns = Readonly<Record<'series' | 'at' | 'count', number> & { total: number | undefined; width: number }>

const LONGEST_NAME = 1_000
const STAMP = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i
/** Stamps repeat, once a series: the last ones needn't be read again. */
const STAMPS_KEPT = 50_000

/** Reads fields as a row; what is wrong with them, in words, where they are none. */
export type ReadRow = (fields: readonly string[], line: number) => CountsRow | string

export function rowReader(columns: Columns): ReadRow {
  const stamps = new Map<string, Instant | null>()
  const names = new Map<string, string>()

  function instantOf(text: string): Instant | null {
    const known = stamps.get(text)
    if (known !== undefined) return known
    if (stamps.size >= STAMPS_KEPT) stamps.clear()
    const instant = parseStamp(text)
    stamps.set(detached(text), instant)
    return instant
  }

  /** The same name is the same string, so that what keeps it doesn't keep the text that it stood in. */
  function nameOf(text: string): string {
    const known = names.get(text)
    if (known !== undefined) return known
    const name = detached(text)
    names.set(name, name)
    return name
  }

  return (fields, line) => {
    const { width } = columns
    // A row may end early where what is left out is the total.
    const isShort = fields.length === width - 1 && columns.total === width - 1
    if (fields.length !== width && !isShort)
      return `${fields.length} fields instead of ${width}; a name with a comma is written in quotes`
    const of = (index: number): string => fields[index]?.trim() ?? ''
    const series = of(columns.series)
    if (series === '') return 'the series has no name'
    if (series.length > LONGEST_NAME) return `the name of the series has more than ${LONGEST_NAME} characters`
    const stamp = of(columns.at)
    const at = instantOf(stamp)
    if (at === null) return `at is ${shown(stamp)}: the start of a bucket is written like 2026-10-01T13:00:00Z`
    if (!isPlausibleArrival(at)) return `at is ${shown(stamp)}: buckets start between 2010 and 2100`
    const count = wholeNumber(of(columns.count))
    if (count === null) return `count is ${shown(of(columns.count))}: a count is a whole number, 0 or more`
    const totalText = columns.total === undefined ? '' : of(columns.total)
    const total = totalText === '' ? null : wholeNumber(totalText)
    if (total === null && totalText !== '')
      return `total is ${shown(totalText)}: a total is a whole number, 0 or more; empty where there is none`
    if (total !== null && total < count) return `the total, ${total}, is less than the count, ${count}`
    return { line, series: nameOf(series), at, count, total }
  }
}

/** A copy: in V8 a piece of a string keeps all of it, here a quarter of a megabyte of the file for each name and each stamp. */
function detached(text: string): string {
  return Buffer.from(text).toString()
}

/** UTC where no offset is written. Null: no time, or one that isn't on the calendar. */
function parseStamp(text: string): Instant | null {
  const [, date, time, zone] = STAMP.exec(text) ?? []
  if (date === undefined) return null
  const offset = zone === undefined ? 'Z' : zone.toUpperCase().replace(/^(.\d\d):?(\d\d)$/, '$1:$2')
  const instant = Date.parse(`${date}T${time ?? '00:00'}${offset}`)
  return Number.isNaN(instant) || !isCalendarDay(date) ? null : instant
}

/** As databases and spreadsheets write them: 12, 12.0, 1e12. */
function wholeNumber(text: string): number | null {
  if (!/^\+?\d+(?:\.\d+)?(?:e\+?\d+)?$/i.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}

function shown(text: string): string {
  return text === '' ? 'empty' : text.length > 40 ? `${text.slice(0, 40)}…` : text
}
