import { type Aspect, streamKey, type WatchedSeries, type WatchedStream } from '../../judge/volume/watched.ts'
import type { Tier } from '../../model/sli.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'

/** How the budget is split: a P0 event may alarm falsely eight times as often as a P3 one, and is seen the sooner for it. */
const WEIGHTS: Readonly<Record<Tier, number>> = { P0: 4, P1: 2, P2: 1, P3: 0.5 }

/** The streams that volume SLOs are about, each once. */
export function watchedStreams(plan: Plan): readonly WatchedStream[] {
  const volume = plan.slos.filter(({ kind }) => kind === 'volume').map(streamOf)
  return [...new Map(volume.map((stream) => [streamKey(stream), stream])).values()]
}

/** The weight of an event's or a table's series in the budget. */
export function weightOf(plan: Plan, subject: string): number {
  return WEIGHTS[(plan.events.get(subject) ?? plan.tables.get(subject))?.tier ?? 'P2']
}

/**
 * What a series gets of it beside others of its event: many are made of one event, and most of them say what another one says as well.
 * Powers of two, whose sums don't depend on their order.
 */
const PARTS: Readonly<Record<Aspect, number>> = {
  total: 1,
  platform: 1,
  domain: 0.5,
  family: 0.25,
  invalid: 0.5,
  incomplete: 0.5,
  property: 0.25,
  duplicates: 0.5,
}

/** The weight of one series in the budget. */
export function weightOfSeries(plan: Plan, series: WatchedSeries | undefined): number {
  return series === undefined ? 1 : weightOf(plan, series.event) * PARTS[series.aspect]
}

/** What a volume SLO is about: its own source's records alone, where it names one. A table is its own source. */
export function streamOf({ event, source, subject }: SloPlan): WatchedStream {
  return { event, source: subject === 'table' ? null : source }
}
