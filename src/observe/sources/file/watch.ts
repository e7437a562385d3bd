import { performance } from 'node:perf_hooks'
import type { Duration, Instant } from '../../../model/time.ts'
import type { FileSet } from './file-set.ts'
import { continues } from './mark.ts'
import { type FilePosition, readPosition } from './position.ts'
import type { FileReader } from './reader.ts'
import { type FoundFile, inWords, scanFiles } from './scan.ts'

export interface WatchDeps {
  readonly root: string
  readonly paths: readonly string[]
  /** Least time between two looks. */
  readonly lookEvery: Duration
  readonly now: () => Instant
}

/** Keeps a set of files as the folders are: new, grown, renamed, replaced and vanished ones. */
export interface Watch {
  /** Looks, unless it has just been done. Answers the files that can't be read again: what they held should go out now. */
  readonly look: () => Promise<readonly FileReader[]>
  /** When the last look began: whatever was written before has been found. */
  readonly lookedAt: () => Instant | null
  /** What is wrong, in words. */
  readonly problems: () => readonly string[]
}

/** Looking takes at most one in so many parts of the time. */
const LOOK_SHARE = 20

/**
 * By polling: notifications of the file system get lost on network and container mounts, and a record waits for minutes
 * anyway. A file is told by its inode and first bytes: renamed it goes on under its new name, copied back or rewritten
 * with more it goes on where it was, truncated or replaced by another it is read anew, after the old one's rest.
 */
export function createWatch(set: FileSet, positions: ReadonlyMap<string, string>, deps: WatchDeps): Watch {
  /** Stored positions that no file goes on from yet. */
  const known = new Map<string, FilePosition>()
  for (const [path, text] of positions) {
    const position = readPosition<FilePosition>(text)
    if (position?.mark !== undefined) known.set(path, position)
  }
  let lookedAt: Instant | null = null
  let lookAgainAt = Number.NEGATIVE_INFINITY
  let problems: string[] = []

  async function look(): Promise<readonly FileReader[]> {
    const began = performance.now()
    if (began < lookAgainAt) return []
    const at = deps.now()
    const scan = await scanFiles(deps.root, deps.paths)
    const found: Found = {
      byPath: new Map(scan.files.map((file) => [file.path, file])),
      byInode: new Map(scan.files.map((file) => [file.inode, file])),
    }
    const left: FileReader[] = []
    problems = [...scan.problems]
    for (const [path, reader] of [...set.readers]) {
      await orProblem(path, async () => {
        if (!(await goOn(path, reader, found))) left.push(reader)
      })
    }
    for (const file of scan.files) {
      if (!set.readers.has(file.path))
        await orProblem(file.path, async () => set.start(file, await storedOf(file, found)))
    }
    for (const [path, position] of known) {
      if (!found.byPath.has(path) && !wasRead(path, position)) problems.push(goneTooSoon(path))
    }
    lookedAt = at
    lookAgainAt = performance.now() + Math.max(deps.lookEvery, (performance.now() - began) * LOOK_SHARE)
    return left
  }

  async function orProblem(path: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      problems.push(inWords(path, error))
    }
  }

  /** Whether what a reader has read can still be read again. */
  async function goOn(path: string, reader: FileReader, found: Found): Promise<boolean> {
    const was = reader.file()
    const is = found.byPath.get(path)
    if (is?.inode === was.inode) {
      const unchanged = is.size === was.size && is.changedAt === was.changedAt
      if (unchanged || (await continues(is, reader.position()))) set.resume(reader, path, is)
      else await set.remove(path)
      return set.readers.has(path)
    }
    const moved = found.byInode.get(was.inode)
    if (moved !== undefined && !set.readers.has(moved.path) && (await continues(moved, reader.position()))) {
      set.resume(reader, path, moved)
      return true
    }
    if (is !== undefined && (await continues(is, reader.position()))) {
      await reader.close()
      set.resume(reader, path, is)
      return true
    }
    return leave(path, reader, is)
  }

  /** Another file, or none, is where a reader's was. */
  async function leave(path: string, reader: FileReader, is: FoundFile | undefined): Promise<boolean> {
    if (reader.state() !== 'done' && set.finish(reader)) return true
    if (is === undefined) {
      if (reader.state() === 'done') return reader.held().length === 0
      await reader.abandon(goneTooSoon(path))
      return false
    }
    await set.remove(path)
    return false
  }

  /** Where to start a file that this run hasn't read; null: at its beginning. */
  async function storedOf(file: FoundFile, found: Found): Promise<FilePosition | null> {
    const own = known.get(file.path)
    if (own !== undefined && (await continues(file, own))) {
      known.delete(file.path)
      return own
    }
    for (const [path, position] of known) {
      if (position.inode !== file.inode || found.byPath.get(path)?.inode === file.inode) continue
      if (!(await continues(file, position))) continue
      known.delete(path)
      return position
    }
    return null
  }

  return { look, lookedAt: () => lookedAt, problems: () => problems }
}

function goneTooSoon(path: string): string {
  return `${path} is gone before it was read to its end`
}

/** Whether all of a file was read, as far as can be told without it. */
function wasRead(path: string, { done, low, head, size }: FilePosition): boolean {
  return done || (low.line === head.line && head.offset >= size && !/\.gz$/i.test(path))
}

interface Found {
  readonly byPath: ReadonlyMap<string, FoundFile>
  readonly byInode: ReadonlyMap<number, FoundFile>
}
