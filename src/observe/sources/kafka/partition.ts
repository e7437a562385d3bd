/** A partition of a topic, as Kafka's tools write it: `orders-3`. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

export function topicOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf('-'))
}

/** A stored position: the offset of the next record; null: none, or none of ours. */
export function readOffset(position: string | null): number | null {
  if (position === null || !/^\d+$/.test(position)) return null
  return Number(position)
}

/** What a broker keeps of a partition: [low, high). */
export interface Extent {
  readonly low: number
  readonly high: number
}

/** Where reading goes on, and whether records are missing between there and the stored position. */
export interface Place {
  readonly offset: number
  /** `expired`: deleted before they were read; `recreated`: the topic is another one than before, or lost its end. Null: nothing is missing. */
  readonly gap: 'expired' | 'recreated' | null
  /** Records known to be lost. */
  readonly lost: number
}

/** `fresh`: where to begin without a stored position. */
export function placeOf(stored: number | null, { low, high }: Extent, fresh: 'earliest' | 'latest'): Place {
  if (stored === null) return { offset: fresh === 'earliest' ? low : high, gap: null, lost: 0 }
  if (stored < low) return { offset: low, gap: 'expired', lost: low - stored }
  if (stored > high) return { offset: low, gap: 'recreated', lost: 0 }
  return { offset: stored, gap: null, lost: 0 }
}
