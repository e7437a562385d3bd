import { DAY, floorTo, HOUR, type Instant, MINUTE } from '../../src/model/time.ts'
import { emptyCounts, mergeCounts, type WindowCounts } from '../../src/model/window.ts'
import type { TableMinute } from '../../src/observe/tables/warehouse.ts'
import type { Database } from '../../src/store/sql.ts'
import { allSeries, findingCounts, windowsBetween } from '../../src/store/windows.ts'

/** Counts by start of their window: what a pass must have stored, whichever way it came there. */
interface Counted {
  readonly minutes: object
  readonly hours: object
  readonly days: object
  readonly findings: object
}

/** What a store holds of its one table over [from, until): minutes, hours, days and findings. */
export async function stored(db: Database, from: Instant, until: Instant): Promise<Counted> {
  const ids = (await allSeries(db)).map(({ id }) => id)
  const by = async (grain: 'minute' | 'hour' | 'day') =>
    keyed((await windowsBetween(db, grain, ids, floorTo(from, DAY), until)).map(({ start, counts }) => [start, counts]))
  const findings = async (grain: 'minute' | 'hour') =>
    (await findingCounts(db, ids, floorTo(from, HOUR), until, grain))
      .map(({ finding, count }) => [finding.path, finding.keyword, count])
      .sort()
  return {
    minutes: await by('minute'),
    hours: await by('hour'),
    days: await by('day'),
    findings: { minute: await findings('minute'), hour: await findings('hour') },
  }
}

/** The same of what one count over the rows gave. */
export function summed(truth: readonly TableMinute[]): Counted {
  const by = (unit: number) => {
    const sums = new Map<Instant, WindowCounts>()
    for (const { minute, counts } of truth) {
      const start = floorTo(minute, unit)
      sums.set(start, mergeCounts(sums.get(start) ?? emptyCounts(), counts))
    }
    return keyed([...sums])
  }
  const findings = new Map<string, [path: string, keyword: string, count: number]>()
  for (const { finding, count } of truth.flatMap((one) => one.findings)) {
    const key = JSON.stringify(finding)
    const sum = findings.get(key) ?? [finding.path, finding.keyword, 0]
    findings.set(key, [sum[0], sum[1], sum[2] + count])
  }
  const all = [...findings.values()].sort()
  return { minutes: by(MINUTE), hours: by(HOUR), days: by(DAY), findings: { minute: all, hour: all } }
}

/** By start; what holds nothing says nothing. */
function keyed(rows: readonly (readonly [Instant, WindowCounts])[]): object {
  return Object.fromEntries(
    rows.filter(([, { received }]) => received > 0).map(([start, counts]) => [start, { ...counts }]),
  )
}
