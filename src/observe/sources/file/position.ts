import type { Instant } from '../../../model/time.ts'
import type { Place } from './reorder.ts'

/** Which file it was: its first bytes, hashed, and how many of them. */
export interface Mark {
  readonly length: number
  readonly hash: string
}

/** Where a line begins, and what a line there inherits that doesn't say when it arrived. */
export interface LineStart {
  /** How many lines come before it. */
  readonly line: number
  /** Bytes from the start, inflated ones where the file is gzipped. */
  readonly offset: number
  /** Arrival of the record before it; null: none is known. */
  readonly carry: Instant | null
}

/** How far a file has been read. */
export interface FilePosition {
  /** The path under which it was first read. */
  readonly name: string
  readonly inode: number
  readonly size: number
  readonly mark: Mark
  /** Where reading starts again: before the first line that isn't out. */
  readonly low: LineStart
  /** Lines and bytes read. Of the lines between the two, those up to the floor are out. */
  readonly head: { readonly line: number; readonly offset: number }
  /** All of it is out, and nothing more will come. */
  readonly done: boolean
}

/** How far the files as a whole have been read: the position of the partition `.`. */
export interface SetPosition {
  /** Newest arrival read. */
  readonly newest: Instant | null
  /** Everything that arrived before it has been given out. */
  readonly observed: Instant | null
  readonly floor: Place | null
  /** Nothing more was to come. */
  readonly complete: boolean
}

/** Carries the watermark of all files together. No file has this path. */
export const SET_PARTITION = '.'

export const NOTHING_READ: SetPosition = { newest: null, observed: null, floor: null, complete: false }

/** Positions as stored, read again. One that can't be read counts as none: it isn't ours. */
export function readPosition<Position extends FilePosition | SetPosition>(text: string | undefined): Position | null {
  if (text === undefined) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Position) : null
  } catch {
    return null
  }
}
