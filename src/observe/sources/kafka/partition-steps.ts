import type { PositionStep } from '../source.ts'
import type { Extents } from './cluster.ts'
import { topicOfKey } from './partition.ts'

/**
 * Steps by which all partitions of topics that were never read begin at their ends. Otherwise a member that comes second would take
 * the topic's other partitions for younger than the topic.
 */
export function beginningsOf(
  { asked: listeningSince, of }: Extents,
  positions: ReadonlyMap<string, string>,
): readonly PositionStep[] {
  const started = new Set([...positions.keys()].map(topicOfKey))
  return [...of].flatMap(([partition, { high }]) =>
    started.has(topicOfKey(partition))
      ? []
      : [{ partition, from: null, to: String(high), observedUntil: null, listeningSince, complete: false }],
  )
}

/** Steps that end stored partitions of topics that aren't read any more, or that are there without them. */
export function goneOf(
  topics: readonly string[],
  extents: Extents | null,
  positions: ReadonlyMap<string, string>,
): readonly PositionStep[] {
  return [...positions].flatMap(([partition, position]) => {
    const topic = topicOfKey(partition)
    const isThere = topics.includes(topic) && (extents?.of.has(partition) === true || !extents?.partitions.has(topic))
    return isThere
      ? []
      : [{ partition, from: position, to: position, observedUntil: null, listeningSince: null, complete: true }]
  })
}
