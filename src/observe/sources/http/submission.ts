import type { Decoded } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'

/** The records of one request. Decoded when their turn to be stored comes, so that what waits costs little more than its bytes. */
export interface Submission {
  readonly count: number
  /** The record at `index`, from 0. */
  readonly decode: (index: number, receipt: Instant) => Decoded
  /** Shown to a sender some of whose records couldn't be read: what would have been right. Null: the protocol has no place for it. */
  readonly expected: string | null
}

/** A body that can't be read as a whole: nothing of it can be stored. */
export interface Unreadable {
  readonly unreadable: true
  /** What is expected instead, for the person who sent it. */
  readonly detail: string
}

export function unreadable(detail: string): Unreadable {
  return { unreadable: true, detail }
}
