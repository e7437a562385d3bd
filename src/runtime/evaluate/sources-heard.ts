import { tableOfSource } from '../../model/subject.ts'
import { HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'
import { observedSpans, type SourceProgress, type StoredSpan } from '../../store/positions.ts'
import type { Database } from '../../store/sql.ts'
import { decidingSources, streamSources } from './deciding.ts'
import { type Firsts, withFirsts } from './firsts.ts'
import { wasObserved } from './observed.ts'
import { runningSources } from './running.ts'
import { judgeableUntil, type Watermark, watermarkOf } from './watermark.ts'

/** What has been heard of each source: its first records, its watermark, when it was listened to; and so which of them decide about an SLO. */
export interface SourcesHeard {
  /** Takes in how far sources have been read and the minutes that changed meanwhile. */
  readonly take: (
    progress: readonly SourceProgress[],
    minutes: readonly { readonly key: SeriesKey; readonly start: Instant }[],
  ) => Promise<void>
  /** Reads when sources were listened to, from `from` on. */
  readonly listen: (from: Instant) => Promise<void>
  /** The sources that decide about an SLO in the minute that ends at `at`; none: all of them are disabled. */
  readonly deciding: (slo: SloPlan, at: Instant) => readonly string[]
  /** The end of the last minute up to which an SLO that has been judged until `at` can be judged now; null: nothing to go by. */
  readonly judgeable: (slo: SloPlan, at: Instant) => Instant | null
  /** Where an SLO's sources had their first record; null: none yet. */
  readonly observedFrom: (slo: SloPlan) => Instant | null
  /** Whether all that decide about an SLO were listened to in the minute from `start`. */
  readonly wasObserved: (slo: SloPlan, start: Instant) => boolean
  /** Of the sources that run. */
  readonly watermarks: () => ReadonlyMap<string, Watermark>
  readonly firsts: () => Firsts
}

/** `known`: the firsts as they were stored. */
export function createSourcesHeard(db: Database, plan: Plan, known: Firsts): SourcesHeard {
  const running = runningSources(plan)
  let firsts = known
  let watermarks: ReadonlyMap<string, Watermark> = new Map()
  let spans: ReadonlyMap<string, ReadonlyMap<string, readonly StoredSpan[]>> = new Map()

  const deciding = (slo: SloPlan, at: Instant) => decidingSources(slo, at, firsts, running)

  function judgeable(slo: SloPlan, at: Instant): Instant | null {
    const sources = deciding(slo, at + MINUTE)
    const carried = new Map(Object.entries(firsts.events[slo.event] ?? {}))
    // One that has carried the event, and of which it isn't known how far it has been read, holds back all.
    if (sources.some((source) => carried.has(source) && !watermarks.has(source))) return null
    return judgeableUntil(sources.flatMap((source) => watermarks.get(source) ?? []))
  }

  function observedFrom(slo: SloPlan): Instant | null {
    if (slo.source !== null) return firsts.sources[slo.source] ?? null
    const all = streamSources(firsts).map((source) => firsts.sources[source] ?? 0)
    return all.length === 0 ? null : Math.min(...all)
  }

  /** A table is observed from where its first pass began, whether or not a row was there. */
  async function observeTables(): Promise<void> {
    for (const source of watermarks.keys()) {
      if (tableOfSource(source) === null || firsts.sources[source] !== undefined) continue
      const spans = await observedSpans(db, source, 0, Number.MAX_SAFE_INTEGER)
      const since = Math.min(...[...spans.values()].flat().map(({ started }) => started))
      if (Number.isFinite(since)) firsts = { ...firsts, sources: { ...firsts.sources, [source]: since } }
    }
  }

  /** What came while nobody read is still in an archive, and a table's rows wait for their pass: nothing of them is unobserved. */
  const waits = (source: string): boolean => running.get(source) === 'file' || tableOfSource(source) !== null

  return {
    take: async (progress, minutes) => {
      firsts = withFirsts(firsts, minutes)
      watermarks = new Map(
        progress.flatMap(({ source, partitions }) => {
          const type = running.get(source)
          if (type === undefined) return []
          const watermark = watermarkOf(partitions, type)
          return watermark === null ? [] : [[source, watermark] as const]
        }),
      )
      await observeTables()
    },
    listen: async (from) => {
      const read = new Map<string, ReadonlyMap<string, readonly StoredSpan[]>>()
      for (const source of watermarks.keys()) {
        if (!waits(source)) read.set(source, await observedSpans(db, source, from - HOUR, Number.MAX_SAFE_INTEGER))
      }
      spans = read
    },
    deciding,
    judgeable,
    observedFrom,
    wasObserved: (slo, start) =>
      deciding(slo, start + MINUTE).every((source) =>
        wasObserved(spans.get(source) ?? new Map(), start, running.get(source) === 'kafka'),
      ),
    watermarks: () => watermarks,
    firsts: () => firsts,
  }
}
