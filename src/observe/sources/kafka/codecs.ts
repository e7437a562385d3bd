import { promisify } from 'node:util'
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib'
import { installReader } from './fetch-answer.ts'

const compressGzip = promisify(gzip)
const decompressGzip = promisify(gunzip)
const compressZstd = promisify(zstdCompress)
const decompressZstd = promisify(zstdDecompress)

interface Codec {
  readonly compress: (given: Encoder) => Promise<Buffer>
  readonly decompress: (bytes: Buffer) => Promise<Buffer>
}

/** What the client gives to be compressed. */
interface Encoder {
  readonly buffer: Buffer
}

/** More bytes a batch doesn't unfold to: brokers bound the compressed size only, and a megabyte may claim to be gigabytes. */
const LARGEST = 64 * 1024 * 1024

const gzipCodec: Codec = {
  compress: ({ buffer }: Encoder) => compressGzip(buffer),
  decompress: (bytes: Buffer) => decompressGzip(bytes, { maxOutputLength: LARGEST }),
}

/** zstd, in Node since 22.15. */
const zstd: Codec = {
  compress: ({ buffer }: Encoder) => compressZstd(buffer),
  decompress: (bytes: Buffer) => decompressZstd(bytes, { maxOutputLength: LARGEST }),
}

/** Java's Snappy puts pieces into a frame of its own ("xerial"); others send one bare piece. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_HEADER = 16

async function snappyCodec(): Promise<Codec> {
  const snappy = await import('snappyjs')
  return {
    compress: async ({ buffer }: Encoder) => Buffer.from(snappy.compress(buffer)),
    decompress: async (bytes: Buffer) => {
      if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return Buffer.from(snappy.uncompress(bytes, LARGEST))
      const pieces: Uint8Array[] = []
      let room = LARGEST
      for (let at = XERIAL_HEADER; at < bytes.length; ) {
        const end = at + 4 + bytes.readUInt32BE(at)
        const piece = snappy.uncompress(bytes.subarray(at + 4, end), room)
        pieces.push(piece)
        room -= piece.length
        at = end
      }
      return Buffer.concat(pieces)
    },
  }
}

async function lz4Codec(): Promise<Codec> {
  const { compressFrame, decompressFrame } = await import('lz4-napi')
  return {
    compress: ({ buffer }: Encoder) => compressFrame(buffer),
    decompress: async (bytes: Buffer) => {
      if (mostOfLz4(bytes) > LARGEST) throw new Error(`it may unfold to more than ${LARGEST} bytes`)
      return decompressFrame(bytes)
    },
  }
}

/** At most so many bytes LZ4 makes of one. */
const LZ4_RATIO = 255

/** The most bytes that the blocks of an LZ4 frame unfold to: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. The library takes no bound. */
function mostOfLz4(frame: Buffer): number {
  const flags = frame.readUInt8(4)
  // Sizes 4 to 7 stand for 64 KB to 4 MB.
  const block = 4 ** (((frame.readUInt8(5) >>> 4) & 7) + 4)
  const checksum = flags & 0x10 ? 4 : 0
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0)
  let most = 0
  while (at + 4 <= frame.length) {
    const size = frame.readUInt32LE(at)
    if (size === 0) break
    const isPlain = size >= 0x80000000
    const length = size & 0x7fffffff
    most += isPlain ? length : Math.min(block, length * LZ4_RATIO)
    at += 4 + length + checksum
  }
  return most
}

/** The numbers of Kafka's format that stand for no compression known; the client would take such records for uncompressed ones. */
const UNKNOWN = [5, 6, 7]

function unknown(number: number): Codec {
  const refuse = async (): Promise<Buffer> => {
    throw new Error(`records are compressed in a way (${number}) that is not known here`)
  }
  return { compress: refuse, decompress: refuse }
}

/**
 * Teaches the client all compressions of Kafka, with bounds for each, and to read past what is damaged. Throws what the codec
 * throws for a batch: the reader of batches catches it.
 */
export async function installCodecs({
  CompressionCodecs,
  CompressionTypes,
}: Pick<typeof import('kafkajs'), 'CompressionCodecs' | 'CompressionTypes'>): Promise<void> {
  const codecs = new Map<number, Codec>()
  const install = (number: number, codec: Codec): void => {
    codecs.set(number, codec)
    CompressionCodecs[number as keyof typeof CompressionCodecs] = () => codec
  }
  const [snappy, lz4] = await Promise.all([snappyCodec(), lz4Codec()])
  install(CompressionTypes.GZIP, gzipCodec)
  install(CompressionTypes.Snappy, snappy)
  install(CompressionTypes.LZ4, lz4)
  install(CompressionTypes.ZSTD, zstd)
  for (const number of UNKNOWN) install(number, unknown(number))
  installReader((compression, bytes) => (codecs.get(compression) ?? unknown(compression)).decompress(bytes))
}
