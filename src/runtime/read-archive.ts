import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { EarlyCheck } from '../observe/check/early.ts'
import type { FormatConfig } from '../observe/decode/config.ts'
import { createReadingThread, type ReadingThread } from '../observe/sources/file/reading-thread.ts'

/** What the thread starts from. `planHash`: of the plan that its records are to be judged by. */
export interface ArchiveThreadData {
  /** Absolute path of `assay.yaml`. */
  readonly config: string
  readonly planHash: string
  readonly format: FormatConfig
}

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
export function startReadingThread(data: ArchiveThreadData, early: EarlyCheck): ReadingThread {
  const entry = new URL(`./archive-thread${extname(import.meta.filename)}`, import.meta.url)
  return createReadingThread(new Worker(entry, { workerData: data }), early)
}
