import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { constants, createGunzip } from 'node:zlib'

/** `end`: nothing more for now. `broken`: what is compressed breaks off or is damaged here, and everything before it was given. */
export type Chunk = Buffer | 'end' | 'broken'

/** The bytes of one file, in order. Throws what the file system throws. */
export interface Chunks {
  /** What it gives is good until the next `read`. */
  readonly read: () => Promise<Chunk>
  readonly close: () => Promise<void>
}

const COMPRESSED_CHUNK = 64 * 1024

/** A plain file from this byte on, so many bytes at once. After an `end` it may be read again: it may have grown. */
export async function openPlain(path: string, offset: number, chunk: number): Promise<Chunks> {
  const handle: FileHandle = await open(path, 'r')
  const buffer = Buffer.allocUnsafeSlow(chunk)
  let position = offset
  return {
    read: async () => {
      const { bytesRead } = await handle.read(buffer, 0, chunk, position)
      position += bytesRead
      return bytesRead === 0 ? 'end' : buffer.subarray(0, bytesRead)
    },
    close: () => handle.close(),
  }
}

/** What a gzipped file holds, from its start. Several members in a row are one. */
export function openGzip(path: string, chunk: number): Chunks {
  const file = createReadStream(path, { highWaterMark: Math.min(chunk, COMPRESSED_CHUNK) })
  // Inflates ahead while what it gave is being parsed.
  const ahead = { chunkSize: chunk, readableHighWaterMark: 2 * chunk }
  const gunzip = createGunzip(ahead)
  file.on('error', (error) => gunzip.destroy(error))
  const chunks = file.pipe(gunzip)[Symbol.asyncIterator]()
  let given = 0
  let rest: Buffer[] | null = null

  async function close(): Promise<void> {
    gunzip.destroy()
    file.destroy()
  }

  return {
    read: async () => {
      if (rest !== null) return rest.shift() ?? 'broken'
      try {
        const { done, value } = await chunks.next()
        if (done === true) return 'end'
        given += value.length
        return value
      } catch (error) {
        if (!isDamage(error)) throw error
        await close()
        rest = await beforeDamage(path, given)
        return rest.shift() ?? 'broken'
      }
    },
    close,
  }
}

/** zlib's own complaints, as opposed to the file system's. */
function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
}

/**
 * A stream that fails drops what it held back. So what comes after the first `given` bytes and before the damage is inflated
 * once more, in pieces so small that hardly anything is held back, and never with a complaint about a missing end.
 */
function beforeDamage(path: string, given: number): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const file = createReadStream(path, { highWaterMark: COMPRESSED_CHUNK })
    const gunzip = createGunzip({ chunkSize: 4096, finishFlush: constants.Z_SYNC_FLUSH })
    const pieces: Buffer[] = []
    let passed = 0
    gunzip.on('data', (piece: Buffer) => {
      passed += piece.length
      if (passed > given) pieces.push(piece.subarray(Math.max(0, piece.length - (passed - given))))
    })
    gunzip.on('end', () => resolve(pieces))
    gunzip.on('error', (error) => {
      file.destroy()
      if (isDamage(error)) resolve(pieces)
      else reject(error)
    })
    file.on('error', (error) => gunzip.destroy(error))
    file.pipe(gunzip)
  })
}
