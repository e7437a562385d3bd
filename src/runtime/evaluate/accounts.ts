import type { MinuteFacts, Standing } from '../../judge/slo/standing.ts'
import type { VolumeReading } from '../../judge/volume/reading.ts'
import { streamKey } from '../../judge/volume/watched.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'
import { readNote } from '../../store/notes.ts'
import { sourceProgress } from '../../store/positions.ts'
import { newestArrivals } from '../../store/read/arrivals.ts'
import type { Database } from '../../store/sql.ts'
import { readSloStates } from '../../store/verdicts.ts'
import { changedWindows, oldestMinute, seriesAfter } from '../../store/windows.ts'
import { createVolumeWatch, type DueStream, type VolumeWatch } from '../volume/volume-watch.ts'
import type { SavedVolume } from '../volume/volume-state.ts'
import { hoursTogether } from '../volume/hours-together.ts'
import { streamOf } from '../volume/watched-streams.ts'
import { watchingOptions } from '../volume/watching-options.ts'
import { addedSlos } from './added-slos.ts'
import { type Firsts, NO_FIRSTS } from './firsts.ts'
import { restoreStanding } from './restore-standing.ts'
import type { SloDocument } from './slo-document.ts'
import { createSourcesHeard } from './sources-heard.ts'
import type { Watermark } from './watermark.ts'

/** What has to outlive the process beside the SLOs' documents. */
export const ACCOUNTS_NOTE = 'evaluator'

export interface AccountsNote {
  readonly firsts: Firsts
  /** Writer slot and commit number up to which windows have been looked at: firsts of later ones aren't known yet. */
  readonly cursor: readonly (readonly [number, number])[]
  /** SLOs that had a standing. Left out: written by a version that didn't say; those with a state had one. */
  readonly slos?: readonly string[]
}

/** Every SLO's standing, kept up with what ingest wrote. */
export interface Accounts {
  /** Takes in what changed since the last call; new SLOs and sources get their standing. */
  readonly refresh: () => Promise<void>
  /** Sorted by name. SLOs of which nothing can be said yet have none. */
  readonly standings: () => readonly Standing[]
  readonly standingsOf: (event: string) => readonly Standing[]
  /** The end of the last minute up to which this SLO can be judged now; null: nothing to go by. */
  readonly judgeable: (standing: Standing) => Instant | null
  /** The sources that decide about an SLO's next minute; none: all of them are disabled. */
  readonly deciding: (standing: Standing) => readonly string[]
  readonly facts: (standing: Standing, start: Instant) => MinuteFacts
  readonly documentOf: (slo: string) => SloDocument | null
  readonly note: () => AccountsNote
  readonly seriesOf: (slo: SloPlan) => readonly { readonly id: number; readonly source: string }[]
  /** Of the sources that run. */
  readonly watermarks: () => ReadonlyMap<string, Watermark>
  /** The volume detector, as far as hours have ended. */
  readonly volume: VolumeWatch
  /** Every planned event as each source carries it, with its newest arrival. */
  readonly plannedSeries: () => readonly {
    readonly id: number
    readonly event: string
    readonly source: string
    readonly lastArrival: Instant
  }[]
}

/** `remembered`: what the volume detector knew; null: it learns again from the hours that are kept. */
export async function openAccounts(db: Database, plan: Plan, remembered: SavedVolume | null = null): Promise<Accounts> {
  const states = new Map((await readSloStates<SloDocument>(db)).map((state) => [state.slo, state]))
  const note = await readNote<AccountsNote>(db, ACCOUNTS_NOTE)
  const cursors = { minute: new Map(note?.cursor ?? []), hour: new Map(note?.cursor ?? []) }
  const series = new Map<number, SeriesKey>()
  const bySlo = new Map<string, Standing>()
  const byEvent = new Map<string, Standing[]>()
  const isAdded = addedSlos(note, new Set(states.keys()))
  const heard = createSourcesHeard(db, plan, note?.firsts ?? NO_FIRSTS)
  const volume = createVolumeWatch(db, plan, remembered)
  let ordered: readonly Standing[] = []
  let lastSeries = 0
  /** By series. */
  const newest = await newestArrivals(db)

  const seriesOf = (slo: SloPlan) =>
    [...series].flatMap(([id, { kind, event, source }]) =>
      isJudged(kind) && event === slo.event && (slo.source ?? source) === source ? [{ id, source }] : [],
    )

  const { domainOf } = watchingOptions(plan)
  /** By stream: up to when its hours may be judged. */
  let hours: ReadonlyMap<string, Instant> = new Map()

  function judgeable({ slo, at }: Standing): Instant | null {
    const until = heard.judgeable(slo, at())
    if (until === null || slo.kind !== 'volume') return until
    return Math.min(until, hours.get(streamKey(streamOf(slo))) ?? until)
  }

  /**
   * A standing begins where its sources' first record was. That of an SLO added later begins with the oldest of its minutes that are
   * kept: before, a minute without a record can't be told from one that has been removed.
   */
  async function openStanding(slo: SloPlan): Promise<void> {
    const state = states.get(slo.name)
    const first = heard.observedFrom(slo)
    if (first === null && state === undefined) return
    const left = state?.evaluatedUntil ?? first ?? 0
    const own = seriesOf(slo)
    const at = isAdded(slo) ? Math.max(left, await keptFrom(slo, own)) : left
    const standing = await restoreStanding(db, slo, at, state?.document ?? null, own)
    bySlo.set(slo.name, standing)
    byEvent.set(slo.event, [...(byEvent.get(slo.event) ?? []), standing])
  }

  async function keptFrom(slo: SloPlan, own: ReturnType<typeof seriesOf>): Promise<Instant> {
    const oldest = await oldestMinute(
      db,
      own.map(({ id }) => id),
    )
    return oldest ?? heard.judgeable(slo, Number.POSITIVE_INFINITY) ?? 0
  }

  async function readSeries(): Promise<void> {
    for (const found of await seriesAfter(db, lastSeries)) {
      series.set(found.id, found)
      lastSeries = Math.max(lastSeries, found.id)
    }
  }

  async function refresh(): Promise<void> {
    // Progress before changes: what is read then holds at least everything that the watermark speaks of.
    const progress = await sourceProgress(db)
    await readSeries()
    const minutes = await changedWindows(db, 'minute', cursors.minute)
    const changedHours = await changedWindows(db, 'hour', cursors.hour)
    cursors.minute = minutes.upTo
    cursors.hour = changedHours.upTo
    if (minutes.rows.some(({ series: id }) => !series.has(id))) await readSeries()
    await heard.take(
      progress,
      minutes.rows.flatMap(({ series: id, start }) => keyed(id, start)),
    )
    for (const { series: id, counts } of minutes.rows) {
      newest.set(id, Math.max(newest.get(id) ?? 0, counts.lastArrival))
    }
    for (const { series: id, start, counts } of minutes.rows)
      give(id, (standing, source) => standing.setMinute(source, start, counts))
    for (const { series: id, start, counts } of changedHours.rows)
      give(id, (standing, source) => standing.setHour(source, start, counts))
    for (const slo of plan.slos) if (!bySlo.has(slo.name)) await openStanding(slo)
    if (bySlo.size !== ordered.length) {
      ordered = [...bySlo.values()].sort((a, b) => (a.slo.name < b.slo.name ? -1 : 1))
    }
    const oldest = Math.min(...ordered.map((standing) => standing.at()))
    if (Number.isFinite(oldest)) await heard.listen(oldest)
    await volume.advance(volumeDue())
  }

  /** Up to when the hours of streams with a volume SLO are whole: all SLOs of a stream can be judged until then. */
  function volumeDue(): readonly DueStream[] {
    const due = new Map<string, DueStream>()
    for (const { slo, at } of ordered) {
      const until = slo.kind === 'volume' ? heard.judgeable(slo, at()) : null
      if (until === null) continue
      const stream = streamOf(slo)
      const known = due.get(streamKey(stream))?.until ?? until
      due.set(streamKey(stream), {
        stream,
        until: Math.min(until, known),
        sourcesAt: (end) => heard.deciding(slo, end),
      })
    }
    hours = hoursTogether(
      [...due].map(([key, { stream, until }]) => {
        const domain = domainOf(stream.event)
        return { key, group: domain === null ? key : JSON.stringify([domain, stream.source]), until }
      }),
    )
    return [...due].map(([key, each]) => ({ ...each, until: hours.get(key) ?? each.until }))
  }

  function keyed(id: number, start: Instant): { key: SeriesKey; start: Instant }[] {
    const key = series.get(id)
    return key === undefined || key.kind === 'table' ? [] : [{ key, start }]
  }

  function give(id: number, set: (standing: Standing, source: string) => void): void {
    const key = series.get(id)
    if (key === undefined || !isJudged(key.kind)) return
    for (const standing of byEvent.get(key.event) ?? []) {
      if ((standing.slo.source ?? key.source) === key.source) set(standing, key.source)
    }
  }

  /** Of what a volume SLO is about; of what a freshness SLO is about where that is watched, be it with other sources. */
  function volumeReading(slo: SloPlan, at: Instant): VolumeReading | null {
    if (slo.kind !== 'volume' && slo.kind !== 'freshness') return null
    const own = volume.reading(streamOf(slo), at)
    return own !== null || slo.kind === 'volume' ? own : volume.reading({ event: slo.event, source: null }, at)
  }

  return {
    refresh,
    standings: () => ordered,
    standingsOf: (event) => byEvent.get(event) ?? [],
    judgeable,
    deciding: (standing) => heard.deciding(standing.slo, standing.at() + MINUTE),
    facts: (standing, start) => ({
      observed: heard.wasObserved(standing.slo, start),
      observedFrom: heard.observedFrom(standing.slo),
      notEvaluated: null,
      volume: volumeReading(standing.slo, start + MINUTE),
    }),
    documentOf: (slo) => states.get(slo)?.document ?? null,
    note: () => ({ firsts: heard.firsts(), cursor: [...cursors.minute], slos: [...bySlo.keys()] }),
    seriesOf,
    watermarks: heard.watermarks,
    volume,
    plannedSeries: () =>
      [...series].flatMap(([id, { kind, event, source }]) =>
        isJudged(kind) ? [{ id, event, source, lastArrival: newest.get(id) ?? 0 }] : [],
      ),
  }
}

/** Series that have a contract: events' and tables'. */
function isJudged(kind: SeriesKey['kind']): boolean {
  return kind === 'planned' || kind === 'table'
}
