import type { SeriesKey } from '../model/window.ts'
import { floorTo, HOUR, type Instant, MINUTE } from '../model/time.ts'
import type { WindowDelta } from '../observe/windows/delta.ts'
import { addFacets, addFindings, addWindows, type CountRow, countValues, foldRows } from './counts.ts'
import { GRAIN } from './grain.ts'
import { createInterned, facetNames, findingNames, type Interned, internNames, seriesNames } from './intern.ts'
import { writeRows } from './rows.ts'
import type { Sql, SqlValue } from './sql.ts'

/** The numbers of names that a writer knows. */
export interface Names {
  readonly series: Interned
  readonly facet: Interned
  readonly finding: Interned
}

export function createNames(): Names {
  return { series: createInterned(), facet: createInterned(), finding: createInterned() }
}

/** Whose rows they are, and the commit that touched them last. */
export interface Stamp {
  readonly slot: number
  readonly seq: number
}

const WINDOWS = { minute: addWindows('minute'), hour: addWindows('hour'), day: addWindows('day') }
const FACETS = { minute: addFacets('minute'), hour: addFacets('hour') }
const FINDINGS = { minute: addFindings('minute'), hour: addFindings('hour') }
const WINDOW_WIDTH = 13
const FINDING_WIDTH = 5

/** Adds what a batch counted to the windows of every grain. */
export async function addDelta(sql: Sql, delta: WindowDelta, stamp: Stamp, names: Names): Promise<void> {
  await addWindowRows(sql, delta.windows, stamp, names)
  await addFacetRows(sql, delta.facets, stamp, names)
  await addFindingRows(sql, delta.findings, stamp, names)
}

async function addWindowRows(
  sql: Sql,
  windows: WindowDelta['windows'],
  { slot, seq }: Stamp,
  names: Names,
): Promise<void> {
  if (windows.length === 0) return
  const series = await seriesIds(sql, windows, names)
  const rows = windows.map(
    ({ minute, counts }, index): CountRow => ({ ids: [series[index] ?? Number.NaN], start: minute, counts }),
  )
  for (const grain of ['minute', 'hour', 'day'] as const) {
    const values = countValues(foldRows(rows, GRAIN[grain]), ({ ids, start }) => [...ids, start, slot, seq])
    await writeRows(sql, WINDOW_WIDTH, values, WINDOWS[grain])
  }
}

/** The ids of the rows' series, which get one where they are new. */
function seriesIds(
  sql: Sql,
  rows: readonly { readonly series: SeriesKey }[],
  names: Names,
): Promise<readonly number[]> {
  return internNames(
    sql,
    rows.map((row) => row.series),
    seriesNames,
    names.series,
  )
}

async function addFacetRows(sql: Sql, facets: WindowDelta['facets'], { slot }: Stamp, names: Names): Promise<void> {
  if (facets.length === 0) return
  const series = await seriesIds(sql, facets, names)
  const facet = await internNames(
    sql,
    facets.map((row) => row.facet),
    facetNames,
    names.facet,
  )
  const rows = facets.map(({ minute, counts }, index): CountRow => {
    return { ids: [series[index] ?? Number.NaN, facet[index] ?? Number.NaN], start: minute, counts }
  })
  for (const grain of ['minute', 'hour'] as const) {
    const values = countValues(foldRows(rows, GRAIN[grain]), ({ ids, start }) => [
      ids[0] ?? null,
      start,
      ids[1] ?? null,
      slot,
    ])
    await writeRows(sql, WINDOW_WIDTH, values, FACETS[grain])
  }
}

async function addFindingRows(
  sql: Sql,
  findings: WindowDelta['findings'],
  { slot }: Stamp,
  names: Names,
): Promise<void> {
  if (findings.length === 0) return
  const series = await seriesIds(sql, findings, names)
  const finding = await internNames(
    sql,
    findings.map((row) => row.finding),
    findingNames,
    names.finding,
  )
  for (const [grain, unit] of [
    ['minute', MINUTE],
    ['hour', HOUR],
  ] as const) {
    const sums = new Map<string, [series: number, start: Instant, finding: number, count: number]>()
    findings.forEach(({ minute, count }, index) => {
      const start = floorTo(minute, unit)
      const key = `${series[index]}:${finding[index]}:${start}`
      const sum = sums.get(key)
      if (sum !== undefined) sum[3] += count
      else sums.set(key, [series[index] ?? Number.NaN, start, finding[index] ?? Number.NaN, count])
    })
    const values: SqlValue[] = []
    for (const [id, start, found, count] of sums.values()) values.push(id, start, found, slot, count)
    await writeRows(sql, FINDING_WIDTH, values, FINDINGS[grain])
  }
}
