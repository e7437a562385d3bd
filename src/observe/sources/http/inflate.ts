import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'

export type Inflated = { readonly bytes: Buffer } | { readonly problem: 'too_large' | 'broken' | 'unknown_encoding' }

type Inflater = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer

const INFLATERS: ReadonlyMap<string, Inflater> = new Map<string, Inflater>([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateEither],
  ['br', brotliDecompressSync],
  ['zstd', zstdDecompressSync],
])

/**
 * Undoes a `Content-Encoding`, giving up once `limit` bytes have come out: a bomb costs no more than an honest body of
 * that size. Synchronous on purpose: at these sizes it takes less time than the parse that follows, and no number of
 * clients can have more than one body inflated at a time.
 */
export function inflate(encoding: string | undefined, bytes: Buffer, limit: number): Inflated {
  const name = (encoding ?? '').trim().toLowerCase()
  if (name === '' || name === 'identity') return bytes.length > limit ? { problem: 'too_large' } : { bytes }
  const inflater = INFLATERS.get(name)
  if (inflater === undefined) return { problem: 'unknown_encoding' }
  try {
    return { bytes: inflater(bytes, { maxOutputLength: limit }) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    return { problem: code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'broken' }
  }
}

/** "deflate" means zlib's format, but some clients send the bare stream: its first byte can't open a zlib header. */
function inflateEither(bytes: Uint8Array, options: { maxOutputLength: number }): Buffer {
  const first = bytes[0] ?? 0
  const second = bytes[1] ?? 0
  const isZlib = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
  return isZlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options)
}
