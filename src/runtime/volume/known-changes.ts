import type { Annotation } from '../../judge/volume/annotation.ts'
import { isRelative } from '../../judge/volume/relative.ts'
import { seriesName, type WatchedSeries } from '../../judge/volume/watched.ts'
import { DAY, type Duration, type Instant } from '../../model/time.ts'
import type { KnownChange, Plan } from '../../plan/plan.ts'
import { LAUNCH, launchOf } from '../../plan/volume.ts'
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

/** How long shares of a domain are taken as they come after a level beside them was accepted: their hours were left out until then. */
const SETTLES: Duration = 2 * DAY

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

  /** Whether a series is a share of a domain that one of these is of, but not about them. */
  function isBeside(series: WatchedSeries, events: ReadonlySet<string>): boolean {
    if (!isRelative(series) || events.has(series.event)) return false
    const domain = domainOf(series.event)
    return domain !== null && [...events].some((event) => domainOf(event) === domain)
  }

  /**
   * What is known, as far as it is about a series. Of events beside its own a share of their domain moves as well: what is left out is
   * left out of it, and what begins or is taken for normal changes its level, which is taken as it comes.
   */
  function about(series: WatchedSeries, { kind, from, to, events }: Omit<KnownChange, 'note'>): Annotation[] {
    const { name } = series
    if (events === null || events.has(series.event)) return [{ kind, from, to, series: name }]
    if (!isBeside(series, events)) return []
    if (kind === 'incident' || kind === 'backfill') return [{ kind, from, to, series: name }]
    if (kind === 'accept') return [{ kind: 'launch', from, to: to + SETTLES, series: name }]
    // Not the trials before it, which go on for as long as they may.
    return [{ kind: 'launch', from: to - LAUNCH, to, series: name }]
  }

  /** A level that was accepted of one series alone moves the shares beside it only where it is that of all its event's records. */
  function isMoved(series: WatchedSeries, subject: string, accepted: string): boolean {
    const stream = { event: subject, source: series.source }
    return series.event !== subject && accepted === seriesName(stream, 'total')
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
      const before = remembered.get(series.name)
      if (before !== undefined) return before
      const accepted = accepts.flatMap(({ at, subject, series: one }): Annotation[] =>
        one === null || one === series.name || isMoved(series, subject, one)
          ? about(series, { kind: 'accept', from: at, to: at + 1, events: new Set([subject]) })
          : [],
      )
      const found = [...[...known, ...launched].flatMap((change) => about(series, change)), ...accepted]
      const all = found.length === 0 ? NOTHING : found
      remembered.set(series.name, all)
      return all
    },
  }
}
