import type { Annotation } from '../../judge/volume/annotation.ts'
import { isRelative } from '../../judge/volume/relative.ts'
import type { WatchedSeries } from '../../judge/volume/watched.ts'
import type { Instant } from '../../model/time.ts'
import type { KnownChange, Plan } from '../../plan/plan.ts'
import { launchOf } from '../../plan/volume.ts'
import type { Sql } from '../../store/sql.ts'
import { readVolumeAccepts, type VolumeAccept } from '../../store/volume-accepts.ts'
import { readVolumeLaunches, type VolumeLaunches, writeVolumeLaunches } from '../../store/volume-launches.ts'
import { watchingOptions } from './watching-options.ts'

/** What people know and counts don't tell, series by series. */
export interface KnownChanges {
  /** Reads what was accepted, and notes what was launched, before hours up to `until` are judged. */
  readonly refresh: (until: Instant) => Promise<void>
  readonly of: (series: WatchedSeries | undefined) => readonly Annotation[]
}

const NOTHING: readonly Annotation[] = []

/** Holidays, which are everyone's. */
export function holidaysOf(plan: Plan): readonly Annotation[] {
  return (plan.volume?.holidays ?? []).map(({ from, to }) => ({ kind: 'holiday', from, to, series: null }))
}

/** Of the plan, and of what the store remembers. `noteDown`: writes what was launched; one that only reads the store writes nothing. */
export function knownChanges(
  sql: Sql,
  plan: Plan,
  noteDown: (launches: VolumeLaunches) => Promise<void> = (launches) => writeVolumeLaunches(sql, launches),
): KnownChanges {
  const known = plan.volume?.known ?? []
  const remembered = new Map<string, readonly Annotation[]>()
  let launched: readonly KnownChange[] = []
  let accepts: readonly VolumeAccept[] = []
  const { domainOf } = watchingOptions(plan)
  let isFirst = true

  /** A contract that is no longer `planned`: what comes is new, and its level is taken as it is. */
  async function noteLaunches(until: Instant): Promise<void> {
    const before = await readVolumeLaunches(sql)
    const subjects = [...plan.events.values(), ...plan.tables.values()]
    const planned = subjects.flatMap(({ name, status }) => (status === 'planned' ? [name] : [])).sort()
    const fresh = before.planned.filter((name) => !planned.includes(name))
    const at = { ...before.launched, ...Object.fromEntries(fresh.map((name) => [name, until])) }
    if (JSON.stringify(planned) !== JSON.stringify(before.planned)) {
      await noteDown({ planned, launched: at })
    }
    launched = Object.entries(at).flatMap(([name, from]) => (planned.includes(name) ? [] : [launchOf(name, from)]))
  }

  /** A share of the domain moves with what is known of any of its events. `isPassing`: not the trials before a launch, which go on for as long as they may. */
  function concerns(series: WatchedSeries, events: KnownChange['events'], isPassing: boolean): boolean {
    if (events === null || events.has(series.event)) return true
    if (!isPassing || !isRelative(series)) return false
    const domain = domainOf(series.event)
    return [...events].some((event) => domainOf(event) === domain)
  }

  return {
    refresh: async (until) => {
      if (isFirst) await noteLaunches(until)
      const read = await readVolumeAccepts(sql)
      if (isFirst || read.length !== accepts.length || read.at(-1)?.at !== accepts.at(-1)?.at) remembered.clear()
      accepts = read
      isFirst = false
    },
    of: (series) => {
      if (series === undefined) return NOTHING
      const found = remembered.get(series.name)
      if (found !== undefined) return found
      const about = [...known, ...launched].flatMap(({ kind, from, to, events }): Annotation[] =>
        concerns(series, events, from > 0 && kind !== 'accept') ? [{ kind, from, to, series: series.name }] : [],
      )
      const accepted = accepts.flatMap(({ at, subject, series: one }): Annotation[] =>
        subject === series.event && (one === null || one === series.name)
          ? [{ kind: 'accept', from: at, to: at + 1, series: series.name }]
          : [],
      )
      const all = about.length + accepted.length === 0 ? NOTHING : [...about, ...accepted]
      remembered.set(series.name, all)
      return all
    },
  }
}
