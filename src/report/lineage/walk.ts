import type { LineageGraph, LineageNode } from './graph.ts'

/** A node that is reached, and over how few edges. */
export interface Reached {
  readonly node: LineageNode
  readonly distance: number
}

/** Everything upstream or downstream of a node, nearest first, ties by key. A node in a circle isn't its own neighbour. */
export function reachedFrom(graph: LineageGraph, start: string, direction: 'upstream' | 'downstream'): Reached[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of graph.edges) {
    const [here, there] = direction === 'downstream' ? [from, to] : [to, from]
    next.set(here, [...(next.get(here) ?? []), there])
  }
  const seen = new Set([start])
  const reached: Reached[] = []
  let border = [start]
  for (let distance = 1; border.length > 0; distance += 1) {
    border = [...new Set(border.flatMap((key) => next.get(key) ?? []))].filter((key) => !seen.has(key)).sort()
    for (const key of border) {
      seen.add(key)
      const node = graph.nodes.get(key)
      if (node !== undefined) reached.push({ node, distance })
    }
  }
  return reached
}
