import { Failure } from '../../model/failure.ts'

/** How a ring is written in a stored state: its numbers' bytes, so that a restart gives back every bit. */
interface StoredRing {
  readonly ring: 4 | 8
  readonly bytes: string
}

/** A state of plain data (numbers, texts, lists, rings) as one text. */
export function storedState(state: object): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (value instanceof Float32Array) return ring(4, value)
    if (value instanceof Float64Array) return ring(8, value)
    return value
  })
}

/** The state that `storedState` wrote. Throws `Failure` when the text is no such state: it's Assay's own, so its store is broken. */
export function readState(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => (isRing(value) ? unring(value) : value))
  } catch (cause) {
    throw new Failure('store_corrupt', 'a stored detector state cannot be read', { cause })
  }
}

function ring(width: 4 | 8, numbers: Float32Array | Float64Array): StoredRing {
  return {
    ring: width,
    bytes: Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64'),
  }
}

function unring({ ring: width, bytes }: StoredRing): Float32Array | Float64Array {
  // Copied: a pooled buffer need not begin where a number may.
  const { buffer } = Uint8Array.from(Buffer.from(bytes, 'base64'))
  return width === 4 ? new Float32Array(buffer) : new Float64Array(buffer)
}

function isRing(value: unknown): value is StoredRing {
  return typeof value === 'object' && value !== null && 'ring' in value && 'bytes' in value
}
