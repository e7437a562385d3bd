import type { VolumeAlarm } from '../../judge/volume/alarm.ts'
import { iso } from '../../model/time.ts'
import { printable } from '../printable.ts'
import { table } from '../table.ts'

/** An alarm as a line of JSON; numbers are rounded to 6 decimals. */
export function alarmLine(alarm: VolumeAlarm): string {
  return JSON.stringify({ schema_version: 1, ...alarmDocument(alarm) })
}

export function alarmDocument(alarm: VolumeAlarm): object {
  const { series, kind, direction, openedAt, closedAt, observed, expected, lower, upper } = alarm
  return {
    series,
    kind,
    direction,
    opened_at: iso(openedAt),
    closed_at: closedAt === null ? null : iso(closedAt),
    observed: rounded(observed),
    expected: rounded(expected),
    lower: rounded(lower),
    upper: rounded(upper),
  }
}

const COLUMNS = [
  { title: 'OPENED' },
  { title: 'CLOSED' },
  { title: 'SERIES' },
  { title: 'KIND' },
  { title: 'DIRECTION' },
  { title: 'OBSERVED', right: true },
  { title: 'EXPECTED', right: true },
  { title: 'BAND', right: true },
]

/** Alarms for people. */
export function alarmTable(alarms: readonly VolumeAlarm[]): string {
  if (alarms.length === 0) return 'There would have been no alarm.\n'
  const rows = alarms.map(({ series, kind, direction, openedAt, closedAt, observed, expected, lower, upper }) => [
    minute(openedAt),
    closedAt === null ? 'open' : minute(closedAt),
    printable(series),
    kind,
    direction,
    short(observed),
    short(expected),
    `${short(lower)}–${short(upper)}`,
  ])
  return table(COLUMNS, rows)
}

function minute(at: number): string {
  return `${iso(at).slice(0, 16).replace('T', ' ')}Z`
}

/** Three digits after the point of what is less than ten. */
function short(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 3 : 0 })
}

function rounded(value: number): number {
  return Number(value.toFixed(6))
}
