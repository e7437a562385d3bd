import type { ArrivedRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import type { FilePosition } from './position.ts'
import type { Place } from './reorder.ts'
import type { FoundFile } from './scan.ts'

/** A record with its place among all, and where its line stands: one object, since there is one of it for every line. */
export interface Entry extends Place, ArrivedRecord {
  readonly reader: FileReader
  readonly offset: number
  readonly end: number
  /** Arrival of the record before it. */
  readonly carry: Instant | null
  /** It was read before the restart. */
  readonly again: boolean
  isOut: boolean
}

/** `waiting`: at the end, until the file changes. `failed`: it couldn't be read; to be tried again. */
export type ReaderState = 'reading' | 'waiting' | 'done' | 'failed'

/** The records of one file, from where it was left. */
export interface FileReader {
  readonly file: () => FoundFile
  readonly state: () => ReaderState
  /** Why it failed; empty otherwise. */
  readonly problem: () => string
  /** Whether it may still grow, as plain files do that are followed. */
  readonly isGrowing: () => boolean
  /** The next record; null: `fill` first, or there is none. */
  readonly next: () => Entry | null
  /** Where the next record stands. Before all others if it was read before the restart; kept while parked. */
  readonly place: () => Place | null
  /** Reads until there is a next record, or as long as the state is `reading`. Never throws. */
  readonly fill: () => Promise<void>
  readonly take: () => Entry | null
  /** Closes the file for now and forgets the next record, but not its place: `fill` brings it back. */
  readonly park: () => Promise<void>
  readonly isOpen: () => boolean
  /** Goes on with a file that has changed, or failed. `file`: as it stands now, maybe under another path. */
  readonly resume: (file: FoundFile) => void
  /** The path names another file now: reads this one to its end, and what follows its last line feed as a line. False: it isn't open. */
  readonly finish: () => boolean
  /** Nothing more will come of it, and why that is a problem. */
  readonly abandon: (why: string) => Promise<void>
  /** Records taken that aren't out. */
  readonly held: () => readonly Entry[]
  readonly position: () => FilePosition
  readonly close: () => Promise<void>
}
