import { callsFor } from '../../judge/volume/reading.ts'
import type { Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { type AlarmNotes, type RaisedAlarm, watchPast } from '../../runtime/volume/past-watch.ts'
import type { Sql } from '../../store/sql.ts'
import { byOpening, keyOf } from './noted-alarms.ts'

/** Budgets to choose from, in false alarms a week. */
export const BUDGETS = [0.25, 0.5, 1, 2, 5] as const

/** What each budget would have raised over the hours that the store keeps. */
export interface StoreHistory {
  readonly from: Instant
  readonly to: Instant
  /** From here on hours were looked into; null: the store keeps hours alone. */
  readonly minutesFrom: Instant | null
  readonly series: number
  readonly unwatched: number
  readonly budgets: readonly { readonly falseAlarmsPerWeek: number; readonly alarms: readonly RaisedAlarm[] }[]
}

/** Null where no whole hour is kept. */
export async function backtestStore(
  sql: Sql,
  plan: Plan,
  budgets: readonly number[],
  now: Instant,
): Promise<StoreHistory | null> {
  const past = await watchPast(sql, plan, budgets, now, alarmNotes)
  if (past === null) return null
  const { coverage, ...history } = past
  return {
    ...history,
    series: coverage.reduce((sum, { series }) => sum + series.length, 0),
    unwatched: coverage.reduce((sum, { unwatched }) => sum + unwatched.platforms + unwatched.families, 0),
  }
}

function alarmNotes(): AlarmNotes {
  const alarms = new Map<string, RaisedAlarm>()
  return {
    heard: (told, changes) => {
      for (const standing of told)
        alarms.set(keyOf(standing.alarm), { ...standing.alarm, severity: callsFor(standing) })
      // The ends of those that have been told.
      for (const alarm of changes) {
        const known = alarms.get(keyOf(alarm))
        if (known !== undefined && alarm.closedAt !== null) alarms.set(keyOf(alarm), { ...known, ...alarm })
      }
    },
    alarms: () => [...alarms.values()].sort(byOpening),
  }
}
