import { eventsOf, type Incident } from '../../model/incident.ts'
import type { Plan } from '../../plan/plan.ts'
import { incidentDocument } from '../../report/documents/incident.ts'
import { datasetKey } from '../../report/lineage/dataset.ts'
import { type LineageGraph, lineageGraph, type LineageNode } from '../../report/lineage/graph.ts'
import { type Reached, reachedFrom } from '../../report/lineage/walk.ts'
import { carriersOf } from '../../store/read/carriers.ts'
import { listIncidents } from '../../store/read/incidents.ts'
import type { ServeDeps } from '../deps.ts'
import { compareText } from '../../model/order.ts'
import { HttpProblem, notFound } from '../problems.ts'
import { type Paging, pageByName } from './query.ts'

type Deps = Pick<ServeDeps, 'db' | 'plan' | 'addresses'>

const MOST_INCIDENTS = 1_000

/** `GET /api/v1/lineage`: the nodes, by namespace and name, and every edge that leads from or to one of those shown. */
export async function lineageAnswer(deps: Deps, paging: Paging, domain: string | null): Promise<object> {
  const [graph, open] = await Promise.all([graphOf(deps), openByEvent(deps)])
  const asked = [...graph.nodes.values()].filter((node) => domain === null || node.domain === domain)
  const { items, next_cursor } = pageByName(asked, datasetKey, paging)
  const shown = new Set(items.map(datasetKey))
  const edges = graph.edges.filter(({ from, to }) => shown.has(from) || shown.has(to))
  return {
    nodes: items.map((node) => ({ ...nodeDocument(node), open_incidents: open.get(node.label)?.length ?? 0 })),
    edges: edges.flatMap(({ from, to }) => {
      const [start, end] = [graph.nodes.get(from), graph.nodes.get(to)]
      return start === undefined || end === undefined ? [] : [{ from: idOf(start), to: idOf(end) }]
    }),
    next_cursor,
  }
}

/**
 * `GET /api/v1/lineage/:dataset`: one dataset or event, by its id (`namespace/name`), by its name in a `namespace`, or by what
 * people call it.
 */
export async function datasetAnswer(deps: Deps, asked: string, namespace: string | null): Promise<object> {
  const [graph, open] = await Promise.all([graphOf(deps), openByEvent(deps)])
  const node = nodeAsked(graph, asked, namespace)
  const key = datasetKey(node)
  const upstream = reachedFrom(graph, key, 'upstream')
  const downstream = reachedFrom(graph, key, 'downstream')
  const onTheWay = [node, ...upstream.map((one) => one.node)].flatMap(({ kind, label }) =>
    kind === 'event' || kind === 'table' ? (open.get(label) ?? []) : [],
  )
  const incidents = [...new Set(onTheWay)].sort((a, b) => b.openedAt - a.openedAt || compareText(a.id, b.id))
  return {
    ...nodeDocument(node),
    upstream: upstream.map(reachedDocument),
    downstream: downstream.map(reachedDocument),
    owners: ownersOf(deps.plan(), [node, ...upstream.map((one) => one.node), ...downstream.map((one) => one.node)]),
    open_incidents: incidents.map(incidentDocument),
  }
}

async function graphOf({ db, plan, addresses }: Deps): Promise<LineageGraph> {
  return lineageGraph(plan(), addresses(), await carriersOf(db))
}

async function openByEvent({ db }: Deps): Promise<ReadonlyMap<string, readonly Incident[]>> {
  const open = await listIncidents(db, { state: 'open', limit: MOST_INCIDENTS })
  const byEvent = new Map<string, Incident[]>()
  for (const incident of open) {
    for (const event of eventsOf(incident)) byEvent.set(event, [...(byEvent.get(event) ?? []), incident])
  }
  return byEvent
}

/** The one node that is meant. Throws a 404 problem for none, a 409 problem where several have that name. */
function nodeAsked(graph: LineageGraph, asked: string, namespace: string | null): LineageNode {
  const nodes = [...graph.nodes.values()]
  const inNamespace = (node: LineageNode): boolean => namespace === null || node.namespace === namespace
  const ways: ((node: LineageNode) => boolean)[] = [
    (node) => documentId(node) === asked,
    (node) => node.kind === 'event' && node.label === asked && inNamespace(node),
    (node) => node.name === asked && inNamespace(node),
    (node) => node.label === asked && inNamespace(node),
  ]
  for (const way of ways) {
    const found = nodes.filter(way)
    const [only] = found
    if (only === undefined) continue
    if (found.length === 1) return only
    throw new HttpProblem(
      409,
      'Ambiguous',
      `Several datasets are called "${asked.slice(0, 200)}": ask by one of their ids.`,
      {
        ids: found.slice(0, 20).map(documentId),
      },
    )
  }
  throw notFound('dataset or event', asked)
}

/** Whose a dataset and what is up- and downstream of it are: its own owner first. */
function ownersOf(plan: Plan, nodes: readonly LineageNode[]): object[] {
  const owners = new Map<string, object>()
  for (const { owner, domain } of nodes) {
    if (owner === null || owners.has(`${owner}\n${domain}`)) continue
    const by = domain === null ? undefined : plan.domains.get(domain)?.owner
    owners.set(`${owner}\n${domain}`, {
      team: owner,
      domain,
      slack: by?.slack ?? null,
      pagerduty: by?.pagerduty ?? null,
      backup: by?.backup ?? null,
    })
  }
  return [...owners.values()]
}

/** What a node is asked for by. */
function documentId({ namespace, name }: LineageNode): string {
  return `${namespace}/${name}`
}

function idOf({ namespace, name }: LineageNode): object {
  return { namespace, name }
}

function nodeDocument(node: LineageNode): object {
  const { kind, namespace, name, label, domain, owner, tier } = node
  return { id: documentId(node), kind, namespace, name, label, domain, owner, tier }
}

function reachedDocument({ node, distance }: Reached): object {
  return { ...nodeDocument(node), distance }
}
