import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { FilePosition, Mark } from './position.ts'
import type { FoundFile } from './scan.ts'

const MARKED = 1024

/** What the beginning of a file tells. */
export interface Beginning {
  readonly gzipped: boolean
  readonly mark: Mark
  /** Whether it begins as the marked file did. */
  readonly same: boolean
}

/** Looks at the beginning of a file, and whether it is that of the file marked before. Throws what the file system throws. */
export async function readBeginning(path: string, known: Mark | null): Promise<Beginning> {
  const handle = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(MARKED), 0, MARKED, 0)
    const bytes = buffer.subarray(0, bytesRead)
    return {
      gzipped: bytes[0] === 0x1f && bytes[1] === 0x8b,
      mark: { length: bytesRead, hash: hashOf(bytes) },
      same: known === null || (known.length <= bytesRead && hashOf(bytes.subarray(0, known.length)) === known.hash),
    }
  } finally {
    await handle.close()
  }
}

/** Whether a file is the one of this position, as it was or longer. A shorter one, or one that begins otherwise, is another. */
export async function continues(file: FoundFile, position: FilePosition): Promise<boolean> {
  if (file.size < position.size) return false
  if (file.inode === position.inode && file.size === position.size && position.done) return true
  return (await readBeginning(file.absolute, position.mark)).same
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
}
