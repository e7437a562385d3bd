import { zoneOffset } from '../../judge/slo/active.ts'
import type { VolumeAlarm } from '../../judge/volume/alarm.ts'
import { volumeFleet } from '../../judge/volume/fleet.ts'
import { DAY, type Instant } from '../../model/time.ts'
import { bucketLengths } from './bucket-lengths.ts'
import { countsReader, type LineProblem } from './counts-reader.ts'
import type { CountsRow } from './counts-row.ts'
import { byOpening, note } from './noted-alarms.ts'
import { keptRows } from './rows-by-time.ts'

export interface CountsSettings {
  /** IANA zone of local civil time. */
  readonly zone: string
  /** Over the whole file. */
  readonly falseAlarmsPerWeek: number
  /** Rows that are read ahead, to learn how long buckets are and whether the file is in the order of time. */
  readonly ahead: number
  /** Rows that may be kept, where it isn't. */
  readonly most: number
}

/** What a file of counts would have raised. */
export interface CountsJudged {
  /** By the time they opened, then by series. */
  readonly alarms: readonly VolumeAlarm[]
  readonly series: number
  readonly rows: number
  readonly missing: number
  readonly weeks: number
}

export type CountsOutcome =
  | ({ readonly outcome: 'judged' } & CountsJudged)
  | { readonly outcome: 'bad'; readonly problems: readonly LineProblem[] }
  /** It looked ordered by time at first, and isn't: it has to be kept whole. */
  | { readonly outcome: 'disordered'; readonly line: number }

/** More of them help nobody. */
const PROBLEMS = 20

/** Judges a file as it is read where its rows are in the order of time; else once all of it is kept. */
export async function judgeCounts(text: AsyncIterable<string>, settings: CountsSettings): Promise<CountsOutcome> {
  const problems: LineProblem[] = []
  const kept = keptRows()
  const judge = rowJudge(settings, (problem) => problems.push(problem))
  let streaming = false
  let disordered: number | null = null

  function judgeKept(): void {
    for (const row of kept.inOrder()) judge.learn(row)
    for (const row of kept.inOrder()) if (problems.length < PROBLEMS) judge.row(row)
    kept.clear()
  }

  const reader = countsReader(
    (row) => {
      if (disordered !== null || problems.length >= PROBLEMS) return
      if (streaming) {
        if (row.at < judge.latest()) disordered = row.line
        else judge.row(row)
        return
      }
      kept.add(row)
      if (kept.size() === settings.most)
        problems.push({
          line: row.line,
          message: `the file has more than ${settings.most} rows that are not in the order of time: sort it by at`,
        })
      if (kept.size() < settings.ahead || !kept.isInOrder()) return
      judgeKept()
      streaming = true
    },
    (problem) => problems.push(problem),
  )
  for await (const part of text) {
    reader.feed(part)
    if (disordered !== null || problems.length >= PROBLEMS) break
  }
  if (disordered !== null) return { outcome: 'disordered', line: disordered }
  if (problems.length < PROBLEMS) reader.end()
  if (problems.length === 0) judgeKept()
  if (problems.length > 0) return { outcome: 'bad', problems: problems.slice(0, PROBLEMS) }
  return { outcome: 'judged', ...judge.finish() }
}

/** Judges rows in the order of time. */
function rowJudge({ zone, falseAlarmsPerWeek }: CountsSettings, problem: (problem: LineProblem) => void) {
  const offset = zoneOffset(zone)
  const lengths = bucketLengths((at) => ((at + offset(at)) % DAY === 0 ? (at + offset(at)) / DAY : null))
  const fleet = volumeFleet({ timezone: zone, falseAlarmsPerWeek })
  const alarms = new Map<string, VolumeAlarm>()
  const series = new Set<string>()
  let first: Instant | null = null
  let latest: Instant = Number.NEGATIVE_INFINITY
  let rows = 0

  return {
    learn: lengths.learn,
    latest: () => latest,
    row: (row: CountsRow): void => {
      const checked = lengths.check(row)
      if ('problem' in checked) {
        problem(checked.problem)
        return
      }
      const { series: name, at, count, total } = row
      note(alarms, fleet.push(name, { start: at, length: checked.length, count, total }))
      series.add(name)
      first ??= at
      latest = at
      rows += 1
    },
    finish: (): CountsJudged => {
      note(alarms, fleet.finish())
      return {
        alarms: [...alarms.values()].sort(byOpening),
        series: series.size,
        rows,
        missing: lengths.missing(),
        weeks: first === null ? 0 : (latest - first) / (7 * DAY),
      }
    },
  }
}
