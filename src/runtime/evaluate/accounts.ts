import { createStanding, MINUTES_BACK, type MinuteFacts, type Standing } from '../../judge/slo/standing.ts'
import { streamKey } from '../../judge/volume/watched.ts'
import { tableOfSource } from '../../model/subject.ts'
import { floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'
import { readNote } from '../../store/notes.ts'
import { observedSpans, sourceProgress, type StoredSpan } from '../../store/positions.ts'
import { newestArrivals } from '../../store/read/arrivals.ts'
import type { Database } from '../../store/sql.ts'
import { readSlices, readSloStates } from '../../store/verdicts.ts'
import { changedWindows, seriesAfter, windowsBetween } from '../../store/windows.ts'
import { decidingSources, streamSources } from './deciding.ts'
import { type Firsts, NO_FIRSTS, withFirsts } from './firsts.ts'
import { wasObserved } from './observed.ts'
import { runningSources } from './running.ts'
import { createVolumeWatch, type DueStream, type VolumeWatch } from '../volume/volume-watch.ts'
import type { SavedVolume } from '../volume/volume-state.ts'
import { streamOf } from '../volume/watched-streams.ts'
import type { SloDocument } from './slo-document.ts'
import { judgeableUntil, type Watermark, watermarkOf } from './watermark.ts'

/** What has to outlive the process beside the SLOs' documents. */
export const ACCOUNTS_NOTE = 'evaluator'

export interface AccountsNote {
  readonly firsts: Firsts
  /** Writer slot and commit number up to which windows have been looked at: firsts of later ones aren't known yet. */
  readonly cursor: readonly (readonly [number, number])[]
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
  const running = runningSources(plan)
  /** What arrived while nobody read is still in the file: nothing of it is unobserved. */
  const isArchive = (source: string): boolean => running.get(source) === 'file'
  const volume = createVolumeWatch(db, plan, remembered)
  let ordered: readonly Standing[] = []
  let firsts = note?.firsts ?? NO_FIRSTS
  let watermarks: ReadonlyMap<string, Watermark> = new Map()
  let spans: ReadonlyMap<string, ReadonlyMap<string, readonly StoredSpan[]>> = new Map()
  let lastSeries = 0
  /** By series. */
  const newest = await newestArrivals(db)

  const seriesOf = (slo: SloPlan) =>
    [...series].flatMap(([id, { kind, event, source }]) =>
      isJudged(kind) && event === slo.event && (slo.source ?? source) === source ? [{ id, source }] : [],
    )

  const deciding = (slo: SloPlan, at: Instant) => decidingSources(slo, at, firsts, running)

  function observedFrom(slo: SloPlan): Instant | null {
    if (slo.source !== null) return firsts.sources[slo.source] ?? null
    const all = streamSources(firsts).map((source) => firsts.sources[source] ?? 0)
    return all.length === 0 ? null : Math.min(...all)
  }

  function judgeable(standing: Standing): Instant | null {
    return judgeableUntil(
      deciding(standing.slo, standing.at() + MINUTE).flatMap((source) => watermarks.get(source) ?? []),
    )
  }

  /** A standing begins where its sources' first record was; that of an SLO added later, at what the others have reached. */
  async function openStanding(slo: SloPlan): Promise<void> {
    const state = states.get(slo.name)
    const first = observedFrom(slo)
    if (first === null && state === undefined) return
    const peers = ordered.filter((peer) => peer.slo.source === slo.source).map((peer) => peer.at())
    const at = state?.evaluatedUntil ?? (peers.length > 0 ? Math.max(...peers) : (first ?? 0))
    const standing = createStanding(slo, at)
    const clippedAt = state?.document.clippedAt ?? null
    const newest = state?.document.newest ?? null
    if (clippedAt !== null) standing.clip(clippedAt)
    if (newest !== null) standing.setNewest(newest)
    await fill(standing)
    bySlo.set(slo.name, standing)
    byEvent.set(slo.event, [...(byEvent.get(slo.event) ?? []), standing])
  }

  /** What the store holds for a standing that has just been made. */
  async function fill(standing: Standing): Promise<void> {
    const { slo } = standing
    const at = standing.at()
    const own = new Map(seriesOf(slo).map(({ id, source }) => [id, source]))
    const minutesFrom = floorTo(at - MINUTES_BACK, HOUR)
    const windowFrom = floorTo(at - slo.window, HOUR)
    for (const { series: id, start, counts } of await windowsBetween(
      db,
      'minute',
      [...own.keys()],
      minutesFrom,
      Number.MAX_SAFE_INTEGER,
    )) {
      standing.setMinute(own.get(id) ?? '', start, counts)
    }
    for (const { series: id, start, counts } of await windowsBetween(db, 'hour', [...own.keys()], windowFrom, at)) {
      standing.setHour(own.get(id) ?? '', start, counts)
    }
    for (const { hour, marks } of await readSlices(db, slo.name, windowFrom)) standing.restoreMarks(hour, marks)
  }

  async function refresh(): Promise<void> {
    // Progress before changes: what is read then holds at least everything that the watermark speaks of.
    const progress = await sourceProgress(db)
    for (const found of await seriesAfter(db, lastSeries)) {
      series.set(found.id, found)
      lastSeries = Math.max(lastSeries, found.id)
    }
    const minutes = await changedWindows(db, 'minute', cursors.minute)
    const hours = await changedWindows(db, 'hour', cursors.hour)
    cursors.minute = minutes.upTo
    cursors.hour = hours.upTo
    if (minutes.rows.some(({ series: id }) => !series.has(id))) {
      for (const found of await seriesAfter(db, lastSeries)) {
        series.set(found.id, found)
        lastSeries = Math.max(lastSeries, found.id)
      }
    }
    firsts = withFirsts(
      firsts,
      minutes.rows.flatMap(({ series: id, start }) => keyed(id, start)),
    )
    watermarks = new Map(
      progress.flatMap(({ source, partitions }) => {
        const type = running.get(source)
        if (type === undefined) return []
        const watermark = watermarkOf(partitions, type)
        return watermark === null ? [] : [[source, watermark] as const]
      }),
    )
    for (const { series: id, counts } of minutes.rows) {
      newest.set(id, Math.max(newest.get(id) ?? 0, counts.lastArrival))
    }
    await observeTables()
    for (const { series: id, start, counts } of minutes.rows)
      give(id, (standing, source) => standing.setMinute(source, start, counts))
    for (const { series: id, start, counts } of hours.rows)
      give(id, (standing, source) => standing.setHour(source, start, counts))
    for (const slo of plan.slos) if (!bySlo.has(slo.name)) await openStanding(slo)
    if (bySlo.size !== ordered.length) {
      ordered = [...bySlo.values()].sort((a, b) => (a.slo.name < b.slo.name ? -1 : 1))
    }
    await readSpans()
    await volume.advance(volumeDue())
  }

  /** Up to when the hours of streams with a volume SLO are whole: all SLOs of a stream can be judged until then. */
  function volumeDue(): readonly DueStream[] {
    const due = new Map<string, DueStream>()
    for (const standing of ordered) {
      const until = standing.slo.kind === 'volume' ? judgeable(standing) : null
      if (until === null) continue
      const stream = streamOf(standing.slo)
      const known = due.get(streamKey(stream))?.until ?? until
      due.set(streamKey(stream), {
        stream,
        until: Math.min(until, known),
        sourcesAt: (end) => deciding(standing.slo, end),
      })
    }
    return [...due.values()]
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

  async function readSpans(): Promise<void> {
    const from = Math.min(...ordered.map((standing) => standing.at()))
    if (!Number.isFinite(from)) return
    const read = new Map<string, ReadonlyMap<string, readonly StoredSpan[]>>()
    for (const source of watermarks.keys()) {
      // A table's rows wait for their pass: nothing of it is unobserved either.
      if (isArchive(source) || tableOfSource(source) !== null) continue
      read.set(source, await observedSpans(db, source, from - HOUR, Number.MAX_SAFE_INTEGER))
    }
    spans = read
  }

  return {
    refresh,
    standings: () => ordered,
    standingsOf: (event) => byEvent.get(event) ?? [],
    judgeable,
    deciding: (standing) => deciding(standing.slo, standing.at() + MINUTE),
    facts: (standing, start) => ({
      observed: deciding(standing.slo, start + MINUTE).every((source) =>
        wasObserved(spans.get(source) ?? new Map(), start, running.get(source) === 'kafka'),
      ),
      observedFrom: observedFrom(standing.slo),
      notEvaluated: null,
      volume: standing.slo.kind === 'volume' ? volume.reading(streamOf(standing.slo), start + MINUTE) : null,
    }),
    documentOf: (slo) => states.get(slo)?.document ?? null,
    note: () => ({ firsts, cursor: [...cursors.minute] }),
    seriesOf,
    watermarks: () => watermarks,
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
