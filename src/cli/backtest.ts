import { isIanaZone } from '../model/time.ts'
import { alarmLine, alarmTable } from './backtest/alarm-lines.ts'
import { historyDocument, historyText } from './backtest/history-text.ts'
import { BUDGETS, backtestStore } from './backtest/store-history.ts'
import { textOf } from './backtest/counts-file.ts'
import { type CountsJudged, type CountsSettings, judgeCounts } from './backtest/judge-counts.ts'
import type { ExitCode, Io } from './io.ts'
import { counted } from './printable.ts'
import { configured } from './project.ts'
import { openForReading } from './store.ts'

export interface BacktestOptions {
  /** A CSV file; `-`: standard input; left out: the store's own history. */
  readonly counts?: string
  readonly config: string
  /** IANA zone of local civil time; left out: UTC. */
  readonly zone?: string
  /** Over the whole file, 1 where it is left out; of the store's history: this budget alone, with each of its alarms. */
  readonly falseAlarmsPerWeek?: number
  readonly json: boolean
}

/** Rows read ahead, and rows kept at most (about 32 bytes each) where the file isn't in the order of time. */
const ROWS = { ahead: 1_000_000, most: 24_000_000 }

/** Prints what the volume detector would have raised: an alarm a line, or a line a budget. 2: the input isn't as it should be. */
export async function backtest(options: BacktestOptions, io: Io, rows = ROWS): Promise<ExitCode> {
  const { counts, zone = 'UTC', falseAlarmsPerWeek = 1, json } = options
  if (counts === undefined) return backtestHistory(options, io)
  if (!isIanaZone(zone)) {
    io.err(`assay: there is no time zone ${zone}: write one like Europe/Berlin\n`)
    return 2
  }
  return backtestFile(counts, { zone, falseAlarmsPerWeek, ...rows }, json, io)
}

async function backtestFile(name: string, given: CountsSettings, json: boolean, io: Io): Promise<ExitCode> {
  const judge = (settings: CountsSettings) => judgeCounts(textOf(name, io), settings)
  const first = await judge(given)
  const isOneShot = name === '-'
  const judged =
    first.outcome === 'disordered' && !isOneShot ? await judge({ ...given, ahead: Number.POSITIVE_INFINITY }) : first
  if (judged.outcome === 'disordered') {
    io.err(`assay: ${name}:${judged.line}: rows were in the order of time until here: sort the input by at\n`)
    return 2
  }
  if (judged.outcome === 'bad') {
    for (const { line, message } of judged.problems) io.err(`assay: ${name}:${line}: ${message}\n`)
    return 2
  }
  io.out(
    json || !io.isTerminal ? judged.alarms.map((alarm) => `${alarmLine(alarm)}\n`).join('') : alarmTable(judged.alarms),
  )
  io.err(summary(judged, given.falseAlarmsPerWeek))
  return 0
}

async function backtestHistory({ config, falseAlarmsPerWeek, json, zone }: BacktestOptions, io: Io): Promise<ExitCode> {
  if (zone !== undefined) {
    io.err('assay: --zone goes with --counts: the store’s history has the zone of assay.yaml\n')
    return 2
  }
  const configuration = configured(config, io)
  if (configuration === null) return 2
  const db = await openForReading(configuration.project, io)
  try {
    const budgets = falseAlarmsPerWeek === undefined ? BUDGETS : [falseAlarmsPerWeek]
    const history = await backtestStore(db, configuration.plan, budgets, io.now())
    io.out(json ? historyDocument(history) : historyText(history, configuration.plan.timezone))
    return 0
  } finally {
    await db.close()
  }
}

function summary({ alarms, series, rows, missing, weeks }: CountsJudged, budget: number): string {
  const pace =
    weeks > 0 ? ` (${(alarms.length / weeks).toFixed(2)} a week; the budget for false ones is ${budget})` : ''
  const gaps =
    missing === 0 ? '' : ` ${counted(missing, 'bucket')} without a row: unobserved; where nothing came, the count is 0.`
  return `${series.toLocaleString('en-US')} series, ${counted(rows, 'bucket')}, ${weeks.toFixed(1)} weeks: ${counted(alarms.length, 'alarm')}${pace}.${gaps}\n`
}
