import { statSync } from 'node:fs'
import type { EarlyCheck } from '../observe/check/early.ts'
import { createReadingThread, type ReadingThread } from '../observe/sources/file/reading-thread.ts'
import { startThread, type ThreadData } from './thread.ts'

/** Archives smaller than that, in bytes as they lie on the disk, are read sooner than a thread has started. */
const WORTH_A_THREAD = 8 * 1024 * 1024

/** Whether these files are so large that a thread of its own reads them sooner. A folder is taken to be. */
export function isWorthThread(paths: readonly string[]): boolean {
  let bytes = 0
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory() === true) return true
    bytes += found?.size ?? 0
  }
  return bytes >= WORTH_A_THREAD
}

/** Starts the thread. A configuration that has changed meanwhile makes reading fail. */
export function startReadingThread(data: ThreadData, early: EarlyCheck): ReadingThread {
  return createReadingThread(startThread('archive-thread', data), early)
}
