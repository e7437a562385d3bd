import { streamKey, type WatchedStream } from '../../judge/volume/watched.ts'
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

/** What a volume SLO is about: its own source's records alone, where it names one. A table is its own source. */
export function streamOf({ event, source, subject }: SloPlan): WatchedStream {
  return { event, source: subject === 'table' ? null : source }
}
