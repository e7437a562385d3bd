import { isIanaZone } from '../model/time.ts'
import { alarmLine, alarmTable } from './backtest/alarm-lines.ts'
import { textOf } from './backtest/counts-file.ts'
import { type CountsJudged, type CountsSettings, judgeCounts } from './backtest/judge-counts.ts'
import type { ExitCode, Io } from './io.ts'
import { counted } from './printable.ts'

export interface BacktestOptions {
  /** A CSV file; `-`: standard input. */
  readonly counts: string
  /** IANA zone of local civil time. */
  readonly zone: string
  /** Over the whole file. */
  readonly falseAlarmsPerWeek: number
  readonly json: boolean
}

/** Rows read ahead, and rows kept at most (about 32 bytes each) where the file isn't in the order of time. */
const ROWS = { ahead: 1_000_000, most: 24_000_000 }

/** Prints the alarms that a file of counts would have raised, a line each. 2: the file isn't as it should be. */
export async function backtest(options: BacktestOptions, io: Io, rows = ROWS): Promise<ExitCode> {
  if (!isIanaZone(options.zone)) {
    io.err(`assay: there is no time zone ${options.zone}: write one like Europe/Berlin\n`)
    return 2
  }
  const { counts: name, zone, falseAlarmsPerWeek } = options
  const judge = (settings: CountsSettings) => judgeCounts(textOf(name, io), settings)
  const first = await judge({ zone, falseAlarmsPerWeek, ...rows })
  const isOneShot = name === '-'
  const judged =
    first.outcome === 'disordered' && !isOneShot
      ? await judge({ zone, falseAlarmsPerWeek, ahead: Number.POSITIVE_INFINITY, most: rows.most })
      : first
  if (judged.outcome === 'disordered') {
    io.err(`assay: ${name}:${judged.line}: rows were in the order of time until here: sort the input by at\n`)
    return 2
  }
  if (judged.outcome === 'bad') {
    for (const { line, message } of judged.problems) io.err(`assay: ${name}:${line}: ${message}\n`)
    return 2
  }
  io.out(
    options.json || !io.isTerminal
      ? judged.alarms.map((alarm) => `${alarmLine(alarm)}\n`).join('')
      : alarmTable(judged.alarms),
  )
  io.err(summary(judged, falseAlarmsPerWeek))
  return 0
}

function summary({ alarms, series, rows, missing, weeks }: CountsJudged, budget: number): string {
  const pace =
    weeks > 0 ? ` (${(alarms.length / weeks).toFixed(2)} a week; the budget for false ones is ${budget})` : ''
  const gaps =
    missing === 0 ? '' : ` ${counted(missing, 'bucket')} without a row: unobserved; where nothing came, the count is 0.`
  return `${series.toLocaleString('en-US')} series, ${counted(rows, 'bucket')}, ${weeks.toFixed(1)} weeks: ${counted(alarms.length, 'alarm')}${pace}.${gaps}\n`
}
