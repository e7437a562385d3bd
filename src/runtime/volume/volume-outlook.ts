import { setImmediate as turn } from 'node:timers/promises'
import { streamKey } from '../../judge/volume/watched.ts'
import type { Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Database, Sql } from '../../store/sql.ts'
import {
  dropVolumeStreams,
  readVolumeStreams,
  type VolumeHour,
  type VolumeStream,
  writeVolumeStreams,
} from '../../store/volume-streams.ts'
import { SHOWN } from './recent-hours.ts'
import { hoursUpTo } from './volume-state.ts'
import type { VolumeWatch } from './volume-watch.ts'
import { weightOfSeries } from './watched-streams.ts'

/** Writes down what is watched and what was expected, for pages, status and API. */
export interface VolumeOutlook {
  /** To be called when hours have been judged and committed; writes once for each. */
  readonly keep: () => Promise<void>
}

/** Streams of one transaction. */
const BLOCK = 100

export function createVolumeOutlook(
  db: Database,
  plan: Plan,
  watch: VolumeWatch,
  assertLeads: (sql: Sql) => Promise<void>,
): VolumeOutlook {
  let written: Instant = 0
  /** Of before this process. */
  let before: ReadonlyMap<string, readonly VolumeHour[]> | null = null

  async function keep(): Promise<void> {
    const upTo = hoursUpTo(watch.save())
    if (upTo <= written) return
    before ??= new Map((await readVolumeStreams(db)).map((stream) => [streamKey(stream), stream.hours]))
    const streams = streamsOf(upTo, before)
    for (let from = 0; from < streams.length; from += BLOCK) {
      await db.transaction(async (sql) => {
        await assertLeads(sql)
        await writeVolumeStreams(sql, streams.slice(from, from + BLOCK), upTo)
        if (from + BLOCK >= streams.length) await dropVolumeStreams(sql, upTo)
      })
      await turn()
    }
    written = upTo
  }

  function streamsOf(upTo: Instant, old: ReadonlyMap<string, readonly VolumeHour[]>) {
    const coverage = watch.coverage()
    const weights = coverage.map(({ series }) => series.reduce((sum, each) => sum + weightOfSeries(plan, each), 0))
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    const budget = plan.volume?.falseAlarmsPerWeek ?? 1
    return coverage.map(({ event, source, series, unwatched }, index): readonly [string, VolumeStream] => {
      const key = streamKey({ event, source })
      const own = watch.hours({ event, source })
      const first = own[0]?.start ?? upTo
      const hours = [...(old.get(key) ?? []).filter(({ start }) => start < first), ...own]
      return [
        key,
        {
          event,
          source,
          series: series.map(({ name }) => name).sort(),
          unwatched,
          falseAlarmsPerWeek: all === 0 ? 0 : (budget * (weights[index] ?? 0)) / all,
          hours: hours.filter(({ start }) => start >= upTo - SHOWN && start < upTo),
        },
      ]
    })
  }

  return { keep }
}
