import { type Duration, type Instant, MINUTE } from '../../../model/time.ts'
import { topicOfKey } from './partition.ts'

/** The stretch over which partitions are compared. */
const STRETCH: Duration = 5 * MINUTE

/** Compares what is appended to a topic's partitions, from their ends as they were asked for. */
export interface Skew {
  readonly add: (at: Instant, ends: ReadonlyMap<string, number>) => void
  /** By topic: the fullest partition's records of the last 5 min over the mean. 1: even. Topics to which nothing came are left out. */
  readonly ratios: () => ReadonlyMap<string, number>
}

export function createSkew(): Skew {
  let seen: { readonly at: Instant; readonly ends: ReadonlyMap<string, number> }[] = []

  function ratios(): ReadonlyMap<string, number> {
    const first = seen[0]?.ends
    const last = seen.at(-1)?.ends
    const appended = new Map<string, number[]>()
    for (const [key, end] of last ?? []) {
      const topic = topicOfKey(key)
      // A partition added in between began empty; one recreated has fewer records than before.
      appended.set(topic, [...(appended.get(topic) ?? []), Math.max(0, end - (first?.get(key) ?? 0))])
    }
    return new Map(
      [...appended].flatMap(([topic, counts]) => {
        const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length
        return mean === 0 ? [] : [[topic, Math.max(...counts) / mean] as const]
      }),
    )
  }

  return {
    add: (at, ends) => {
      seen = [...seen.filter((one) => one.at > at - STRETCH), { at, ends }]
    },
    ratios,
  }
}
