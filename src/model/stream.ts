import type { Duration } from './time.ts'

/** How a stream is being read, for metrics and pages. */
export interface StreamFigures {
  /** The partitions that this process reads. */
  readonly partitions: readonly {
    readonly topic: string
    readonly partition: string
    /** Records that the broker has and the store hasn't. */
    readonly records: number
    /** How long ago everything was stored; 0 where no record waits, null where that isn't known. */
    readonly behind: Duration | null
  }[]
  /** By topic: what came to the fullest partition over the mean. */
  readonly skew: ReadonlyMap<string, number>
  /** Records since the start whose producer's clock is ahead by more than is tolerated. */
  readonly clockAhead: number
  /** Records since the start that the broker deleted before they were read. */
  readonly lost: number
}
