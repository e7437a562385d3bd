import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Emitted, Emitter } from './emitter.ts'

export interface FileEmitterDeps {
  readonly path: string
  /** A file larger than this is put aside as `PATH.1`. */
  readonly mostBytes?: number
  /** How many are kept aside. */
  readonly kept?: number
}

const MOST_BYTES = 64 * 1024 * 1024
const KEPT = 3

/** Appends each event as a line. A line that a crash cut short is taken away before the next one. */
export function createFileEmitter({ path, mostBytes = MOST_BYTES, kept = KEPT }: FileEmitterDeps): Emitter {
  let isWhole = false
  let last: Promise<unknown> = Promise.resolve()

  async function append(line: Buffer): Promise<Emitted> {
    try {
      if (!isWhole) {
        await mkdir(dirname(path), { recursive: true })
        await cutShortLine(path)
        isWhole = true
      }
      if ((await sizeOf(path)) + line.length > mostBytes) await putAside(path, kept)
      isWhole = false
      const file = await open(path, 'a', 0o640)
      try {
        await file.appendFile(line)
      } finally {
        await file.close()
      }
      isWhole = true
      return { outcome: 'sent', detail: 'written', retryAfter: null }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      return { outcome: 'later', detail: `the file cannot be written: ${code}`, retryAfter: null }
    }
  }

  return {
    name: 'file',
    emit: (event) => {
      const line = Buffer.from(`${JSON.stringify(event)}\n`)
      // One after another, whoever calls: lines must not run into each other.
      const emitted = last.then(() => append(line))
      last = emitted
      return emitted
    },
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(missing))?.size ?? 0
}

/** PATH.2 becomes PATH.3, PATH.1 PATH.2, PATH PATH.1. */
async function putAside(path: string, kept: number): Promise<void> {
  if ((await sizeOf(path)) === 0) return
  for (let number = kept; number > 1; number -= 1) {
    await rename(`${path}.${number - 1}`, `${path}.${number}`).catch(missing)
  }
  if (kept > 0) await rename(path, `${path}.1`)
  else await rm(path)
}

/** Cuts the file back to its last line break. */
async function cutShortLine(path: string): Promise<void> {
  const size = await sizeOf(path)
  if (size === 0) return
  const file = await open(path, 'r+')
  try {
    const step = 64 * 1024
    for (let end = size; end > 0; end -= step) {
      const start = Math.max(0, end - step)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
      const at = buffer.subarray(0, bytesRead).lastIndexOf(0x0a)
      if (at < 0 && start > 0) continue
      const whole = at < 0 ? 0 : start + at + 1
      if (whole < size) await file.truncate(whole)
      return
    }
  } finally {
    await file.close()
  }
}

function missing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
