import type { EventPlan, Plan, SloPlan } from '../../plan/plan.ts'
import { type Addresses, datasetKey, type DatasetId, type StreamDataset } from './dataset.ts'
import { type Facets, streamFacets } from './facets.ts'
import { type Carriers, streamsByEvent } from './graph.ts'

/** Who carries what, looked up once for many runs. */
export interface LineageMap {
  readonly plan: Plan
  readonly addresses: Addresses
  readonly streamsOf: (event: string) => readonly StreamDataset[]
  /** By name. */
  readonly eventsOn: (stream: DatasetId) => readonly EventPlan[]
  readonly slosOf: (event: string) => readonly SloPlan[]
  /** Made once a stream: it may carry hundreds of events, and each has a run of its own. */
  readonly facetsOf: (stream: StreamDataset) => Facets
  /** The producer that everything is signed by. */
  readonly producer: string
}

export function lineageMap(plan: Plan, addresses: Addresses, carriers: Carriers, producer: string): LineageMap {
  const slos = Map.groupBy(plan.slos, (slo) => slo.event)
  const carriedBy = streamsByEvent(plan, addresses, carriers)
  const streams = new Map<string, readonly StreamDataset[]>()
  const events = new Map<string, EventPlan[]>()
  for (const event of [...plan.events.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const carrying = carriedBy(event.name)
    streams.set(event.name, carrying)
    for (const stream of carrying) {
      const key = datasetKey(stream)
      const others = events.get(key)
      if (others === undefined) events.set(key, [event])
      else others.push(event)
    }
  }
  const facets = new Map<string, Facets>()
  const eventsOn = (stream: DatasetId): readonly EventPlan[] => events.get(datasetKey(stream)) ?? []
  return {
    plan,
    addresses,
    streamsOf: (event) => streams.get(event) ?? [],
    eventsOn,
    slosOf: (event) => slos.get(event) ?? [],
    facetsOf: (stream) => {
      const key = datasetKey(stream)
      const known = facets.get(key) ?? streamFacets(producer, plan, stream, eventsOn(stream))
      facets.set(key, known)
      return known
    },
    producer,
  }
}
