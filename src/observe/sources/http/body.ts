import type { IncomingMessage } from 'node:http'
import type { Duration } from '../../../model/time.ts'

/** How reading a body ended. `full`: too much of others is being read. `gone`: the client went away, nobody is left to answer. */
type BodyRead =
  | { readonly outcome: 'read'; readonly bytes: Buffer }
  | { readonly outcome: 'full' }
  | { readonly outcome: 'too_large' }
  | { readonly outcome: 'too_slow' }
  | { readonly outcome: 'gone' }

export interface BodyReader {
  /** Reads at most `limit` bytes within `timeout`; a body that says it is larger isn't begun. */
  readonly read: (request: IncomingMessage, limit: number, timeout: Duration) => Promise<BodyRead>
  /** Bytes of bodies that are being read: what slow clients hold. */
  readonly held: () => number
}

/** `most`: so many bytes of all bodies together are held; whoever sends more than fits is told to come again. */
export function createBodyReader(most: number): BodyReader {
  let held = 0
  return {
    held: () => held,
    read: (request, limit, timeout) => {
      if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.resolve({ outcome: 'too_large' })
      return new Promise((resolve) => {
        let chunks: Buffer[] = []
        let size = 0
        const end = (read: BodyRead) => {
          clearTimeout(timer)
          request.off('data', onData).off('end', onEnd).off('close', onClose)
          held -= size
          chunks = []
          resolve(read)
        }
        const onData = (chunk: Buffer) => {
          size += chunk.length
          held += chunk.length
          if (size > limit) end({ outcome: 'too_large' })
          // One alone may be larger than all may be together: it would never fit.
          else if (held > most && held > size) end({ outcome: 'full' })
          else chunks.push(chunk)
        }
        const onEnd = () => end({ outcome: 'read', bytes: joined(chunks, size) })
        const onClose = () => end({ outcome: 'gone' })
        const timer = setTimeout(() => end({ outcome: 'too_slow' }), timeout)
        request.on('error', ignore) // a broken connection is told by 'close'
        request.on('data', onData).on('end', onEnd).on('close', onClose)
      })
    },
  }
}

function joined(chunks: readonly Buffer[], size: number): Buffer {
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size)
}

function ignore(): void {}
