import type { EventPlan, Plan, SloPlan } from '../../plan/plan.ts'
import { type Addresses, datasetKey, type DatasetId, type StreamDataset } from './dataset.ts'
import { type Carriers, streamsCarrying } from './graph.ts'

/** Who carries what, looked up once for many runs. */
export interface LineageMap {
  readonly plan: Plan
  readonly addresses: Addresses
  readonly streamsOf: (event: string) => readonly StreamDataset[]
  /** By name. */
  readonly eventsOn: (stream: DatasetId) => readonly EventPlan[]
  readonly slosOf: (event: string) => readonly SloPlan[]
}

export function lineageMap(plan: Plan, addresses: Addresses, carriers: Carriers): LineageMap {
  const slos = Map.groupBy(plan.slos, (slo) => slo.event)
  const streams = new Map<string, readonly StreamDataset[]>()
  const events = new Map<string, EventPlan[]>()
  for (const event of [...plan.events.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const carrying = streamsCarrying(plan, event.name, addresses, carriers)
    streams.set(event.name, carrying)
    for (const stream of carrying) {
      const key = datasetKey(stream)
      events.set(key, [...(events.get(key) ?? []), event])
    }
  }
  return {
    plan,
    addresses,
    streamsOf: (event) => streams.get(event) ?? [],
    eventsOn: (stream) => events.get(datasetKey(stream)) ?? [],
    slosOf: (event) => slos.get(event) ?? [],
  }
}
