import type { Tier } from '../../model/sli.ts'
import type { Destination, EventPlan, Plan } from '../../plan/plan.ts'
import {
  type Addresses,
  type DatasetId,
  datasetKey,
  homeNamespace,
  type StreamDataset,
  tableDataset,
} from './dataset.ts'

/** What a node is: a stream that is read, an event that is judged, or where events go. */
export type NodeKind = StreamDataset['kind'] | 'event' | 'table' | 'model' | 'dashboard'

export interface LineageNode extends DatasetId {
  readonly kind: NodeKind
  /** What people call it: the event, the table as its contract writes it, the source's id. */
  readonly label: string
  /** Null: nobody has said whose it is. */
  readonly domain: string | null
  readonly owner: string | null
  readonly tier: Tier | null
}

/** Both ends by `datasetKey`. */
export interface LineageEdge {
  readonly from: string
  readonly to: string
}

/** Streams → events → tables, models and dashboards. */
export interface LineageGraph {
  /** By key. */
  readonly nodes: ReadonlyMap<string, LineageNode>
  readonly edges: readonly LineageEdge[]
}

/** By event: ids of the sources that have carried it. */
export type Carriers = ReadonlyMap<string, readonly string[]>

/** The graph of a plan. Nodes and edges come in the order of their keys. */
export function lineageGraph(plan: Plan, addresses: Addresses, carriers: Carriers): LineageGraph {
  const nodes = new Map<string, LineageNode>()
  const edges = new Map<string, LineageEdge>()
  const add = (node: LineageNode): string => {
    const key = datasetKey(node)
    if (!nodes.has(key)) nodes.set(key, node)
    return key
  }
  const join = (from: string, to: string): void => {
    edges.set(`${from}\n\n${to}`, { from, to })
  }
  for (const table of plan.tables.values()) add(tableNode(plan, table.name, addresses))
  for (const stream of [...addresses.streams.values()].flat()) add(streamNode(stream))
  const streamsOf = streamsByEvent(plan, addresses, carriers)
  for (const event of plan.events.values()) {
    const own = add(eventNode(plan, event))
    for (const stream of streamsOf(event.name)) join(add(streamNode(stream)), own)
    for (const destination of event.destinations) join(own, add(destinationNode(plan, destination, addresses)))
  }
  const sorted = (keys: Iterable<string>): string[] => [...keys].sort()
  return {
    nodes: new Map(sorted(nodes.keys()).flatMap((key) => entryOf(nodes, key))),
    edges: sorted(edges.keys()).flatMap((key) => edges.get(key) ?? []),
  }
}

/**
 * Looks up the streams that an event comes from: those of the sources that have carried it or that an SLO names for it; before
 * anyone has, of every source that runs.
 */
export function streamsByEvent(
  plan: Plan,
  { streams }: Addresses,
  carriers: Carriers,
): (event: string) => readonly StreamDataset[] {
  const slos = Map.groupBy(plan.slos, ({ event }) => event)
  const running = plan.sources.flatMap(({ id, disabled }) => (disabled === null ? [id] : []))
  return (event) => {
    const named = (slos.get(event) ?? []).flatMap(({ source }) => (source === null ? [] : [source]))
    const known = new Set([...(carriers.get(event) ?? []), ...named])
    const from = known.size > 0 ? plan.sources.flatMap(({ id }) => (known.has(id) ? [id] : [])) : running
    return from.flatMap((id) => streams.get(id) ?? [])
  }
}

/** The job that checks an event or a table: `<domain>.<slug>` in Assay's own namespace. */
export function jobOf(plan: Plan, { domain, slug }: Pick<EventPlan, 'domain' | 'slug'>): DatasetId {
  return { namespace: homeNamespace(plan.environment), name: `${domain}.${slug}` }
}

function eventNode(plan: Plan, event: EventPlan): LineageNode {
  const { name: label, domain, owner, tier } = event
  return { kind: 'event', ...jobOf(plan, event), label, domain, owner, tier }
}

function streamNode({ kind, source, namespace, name }: StreamDataset): LineageNode {
  return { kind, namespace, name, label: source, domain: null, owner: null, tier: null }
}

/** The dataset that a destination is: tables by where they lie, the others by what they are. */
export function destinationDataset(plan: Plan, { kind, name }: Destination, addresses: Addresses): DatasetId {
  if (kind === 'table') return tableDataset(name, plan, addresses)
  return { namespace: homeNamespace(plan.environment), name: `${kind}:${name}` }
}

function destinationNode(plan: Plan, destination: Destination, addresses: Addresses): LineageNode {
  if (destination.kind === 'table') return tableNode(plan, destination.name, addresses)
  const kind = destination.kind === 'model' ? 'model' : 'dashboard'
  const dataset = destinationDataset(plan, destination, addresses)
  return { kind, ...dataset, label: destination.name, domain: null, owner: null, tier: null }
}

/** A table, with or without a contract. */
function tableNode(plan: Plan, name: string, addresses: Addresses): LineageNode {
  const { domain = null, owner = null, tier = null } = plan.tables.get(name) ?? {}
  return { kind: 'table', ...tableDataset(name, plan, addresses), label: name, domain, owner, tier }
}

function entryOf<Value>(map: ReadonlyMap<string, Value>, key: string): [string, Value][] {
  const value = map.get(key)
  return value === undefined ? [] : [[key, value]]
}
