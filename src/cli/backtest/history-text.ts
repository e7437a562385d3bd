import { localTime } from '../../alert/figures.ts'
import { DAY, iso } from '../../model/time.ts'
import { table } from '../table.ts'
import { alarmDocument, alarmTable } from './alarm-lines.ts'
import type { StoreHistory } from './store-history.ts'

const COLUMNS = [
  { title: 'FALSE ALARMS A WEEK' },
  { title: 'ALARMS', right: true },
  { title: 'A WEEK', right: true },
  { title: 'PAGES', right: true },
  { title: 'DOWN', right: true },
  { title: 'UP', right: true },
  { title: 'SERIES', right: true },
]

/** What the store's weeks would have raised at each budget, for people. With one budget: each alarm. */
export function historyText(history: StoreHistory | null, timezone: string): string {
  if (history === null) return 'The store keeps no whole hour yet: there is nothing to look back on.\n'
  const { from, to, series, unwatched, budgets } = history
  const weeks = (to - from) / (7 * DAY)
  const rows = budgets.map(({ falseAlarmsPerWeek, alarms }) => [
    String(falseAlarmsPerWeek),
    String(alarms.length),
    (alarms.length / weeks).toFixed(2),
    String(alarms.filter(({ severity }) => severity === 'page').length),
    String(alarms.filter(({ direction }) => direction === 'down').length),
    String(alarms.filter(({ direction }) => direction === 'up').length),
    String(new Set(alarms.map((alarm) => alarm.series)).size),
  ])
  const left = unwatched === 0 ? '' : `, ${unwatched} platforms and version families only in their totals`
  const [only] = budgets
  return [
    `${weeks.toFixed(1)} weeks, ${localTime(from, timezone)} to ${localTime(to, timezone)}; ${series} series${left}.`,
    insideHours(history, timezone),
    weeks < 2 ? 'Less than two weeks: the seasons aren’t known yet, and only what is far out alarms.' : '',
    table(COLUMNS, rows).trimEnd(),
    budgets.length === 1 && only !== undefined && only.alarms.length > 0 ? alarmTable(only.alarms).trimEnd() : '',
    budgets.length > 1 ? 'Which alarms: assay backtest --false-alarms-per-week 1' : '',
  ]
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('')
}

/** Where only hours are left, an outage of a large event opens with its hour's end. Empty where all was looked into. */
function insideHours({ from, to, minutesFrom }: StoreHistory, timezone: string): string {
  if (minutesFrom === null || minutesFrom >= to)
    return 'Only hours are kept, no minutes: what the daemon sees inside an hour opens with its end here.'
  if (minutesFrom <= from) return ''
  return `Minutes are kept from ${localTime(minutesFrom, timezone)} on: before that, what the daemon saw inside an hour opens with its end here.`
}

/** The same for programs, with every alarm. */
export function historyDocument(history: StoreHistory | null): string {
  const document =
    history === null
      ? { schema_version: 1, from: null, to: null, minutes_from: null, series: 0, unwatched: 0, budgets: [] }
      : {
          schema_version: 1,
          from: iso(history.from),
          to: iso(history.to),
          minutes_from: history.minutesFrom === null ? null : iso(history.minutesFrom),
          series: history.series,
          unwatched: history.unwatched,
          budgets: history.budgets.map(({ falseAlarmsPerWeek, alarms }) => ({
            false_alarms_per_week: falseAlarmsPerWeek,
            alarms: alarms.map((alarm) => ({ ...alarmDocument(alarm), severity: alarm.severity })),
          })),
        }
  return `${JSON.stringify(document)}\n`
}
