import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { datasetKey } from '../../../src/report/lineage/dataset.ts'
import { type LineageGraph, lineageGraph, type LineageNode } from '../../../src/report/lineage/graph.ts'
import { reachedFrom } from '../../../src/report/lineage/walk.ts'
import { makePlan } from '../../serve/plan.ts'

const plan = makePlan({ domains: ['checkout', 'growth'], events: ['Order Completed', 'Signed Up'], slosPerEvent: 2 })
const sources = [
  { id: 'web', type: 'http', disabled: null },
  { id: 'archive', type: 'file', disabled: null },
  { id: 'old', type: 'file', disabled: 'not set' },
]
const stream = (source: string) =>
  ({ kind: 'file', source, namespace: 'file', name: `/data/${source}`, uri: 'file:///data' }) as const
const addresses = {
  streams: new Map(sources.map(({ id }) => [id, [stream(id)]])),
  warehouses: new Map([['main', { namespace: 'postgres://db:5432', database: 'wh' }]]),
}
const shown = (graph: LineageGraph) =>
  graph.edges.map(({ from, to }) => `${graph.nodes.get(from)?.name} > ${graph.nodes.get(to)?.name}`)

describe('the graph of a plan', () => {
  it('leads from the streams that carried an event over the event to where it goes', () => {
    const graph = lineageGraph(
      { ...plan, sources },
      addresses,
      new Map([
        ['Order Completed', ['web']],
        ['Signed Up', ['old']],
      ]),
    )
    expect(shown(graph)).toEqual([
      'checkout.order-completed > wh.analytics.orders',
      'growth.signed-up > wh.analytics.orders',
      '/data/old > growth.signed-up',
      '/data/web > checkout.order-completed',
    ])
    expect(graph.nodes.get('assay://production\ncheckout.order-completed')).toEqual({
      kind: 'event',
      namespace: 'assay://production',
      name: 'checkout.order-completed',
      label: 'Order Completed',
      domain: 'checkout',
      owner: 'payments',
      tier: 'P0',
    })
  })

  it('takes every source that runs for one, until it is known which carries it', () => {
    expect(shown(lineageGraph({ ...plan, sources }, addresses, new Map()))).toEqual(
      expect.arrayContaining(['/data/web > growth.signed-up', '/data/archive > growth.signed-up']),
    )
    expect(shown(lineageGraph({ ...plan, sources }, addresses, new Map())).join()).not.toContain('/data/old')
  })

  it('believes an SLO that names a source', () => {
    const slos = plan.slos.map((slo) => ({ ...slo, source: 'archive' }))
    const graph = lineageGraph({ ...plan, slos, sources }, addresses, new Map())
    expect(shown(graph).filter((edge) => edge.startsWith('/data'))).toEqual([
      '/data/archive > checkout.order-completed',
      '/data/archive > growth.signed-up',
    ])
  })
})

describe('what is reached', () => {
  const node = (name: string): LineageNode => ({
    kind: 'table',
    namespace: 'n',
    name,
    label: name,
    domain: null,
    owner: null,
    tier: null,
  })
  const graphs = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 20 }).map((pairs): LineageGraph => {
    const nodes = new Map(Array.from({ length: 8 }, (_, index) => [datasetKey(node(`${index}`)), node(`${index}`)]))
    return {
      nodes,
      edges: pairs.map(([from, to]) => ({ from: datasetKey(node(`${from}`)), to: datasetKey(node(`${to}`)) })),
    }
  })

  it('downstream of one is what has it upstream, at the same distance, circles or not, and never itself', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        for (const from of graph.nodes.keys()) {
          const down = reachedFrom(graph, from, 'downstream')
          expect(down.map((one) => datasetKey(one.node))).not.toContain(from)
          expect(new Set(down.map((one) => one.node)).size).toBe(down.length)
          for (const { node: to, distance } of down) {
            const back = reachedFrom(graph, datasetKey(to), 'upstream')
            expect(back.find((one) => datasetKey(one.node) === from)?.distance).toBe(distance)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is in order of distance', () => {
    const edges = [
      [0, 1],
      [1, 2],
      [2, 0],
      [0, 3],
    ].map(([from, to]) => ({ from: `n\n${from}`, to: `n\n${to}` }))
    const graph = { nodes: new Map(['0', '1', '2', '3'].map((name) => [`n\n${name}`, node(name)])), edges }
    expect(reachedFrom(graph, 'n\n0', 'downstream').map(({ node: { name }, distance }) => [name, distance])).toEqual([
      ['1', 1],
      ['3', 1],
      ['2', 2],
    ])
  })
})
