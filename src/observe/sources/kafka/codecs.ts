import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'

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

/** zstd, in Node since 22.15. */
const zstd: Codec = {
  compress: ({ buffer }: Encoder) => compressZstd(buffer),
  decompress: (bytes: Buffer) => decompressZstd(bytes),
}

/** Java's Snappy puts pieces into a frame of its own ("xerial"); others send one bare piece. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_HEADER = 16

async function snappyCodec(): Promise<Codec> {
  const snappy = await import('snappyjs')
  return {
    compress: async ({ buffer }: Encoder) => Buffer.from(snappy.compress(buffer)),
    decompress: async (bytes: Buffer) => {
      if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return Buffer.from(snappy.uncompress(bytes))
      const pieces: Uint8Array[] = []
      for (let at = XERIAL_HEADER; at < bytes.length; ) {
        const end = at + 4 + bytes.readUInt32BE(at)
        pieces.push(snappy.uncompress(bytes.subarray(at + 4, end)))
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
    decompress: (bytes: Buffer) => decompressFrame(bytes),
  }
}

/** The numbers of Kafka's format that stand for no compression known. */
const UNKNOWN = [5, 6, 7]

/** Teaches the client all compressions of Kafka; gzip it knows itself. */
export async function installCodecs({
  CompressionCodecs,
  CompressionTypes,
}: Pick<typeof import('kafkajs'), 'CompressionCodecs' | 'CompressionTypes'>): Promise<void> {
  const [snappy, lz4] = await Promise.all([snappyCodec(), lz4Codec()])
  CompressionCodecs[CompressionTypes.Snappy] = () => snappy
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstd
  for (const number of UNKNOWN) {
    // The client would take such records for uncompressed ones, and make something of them.
    CompressionCodecs[number as keyof typeof CompressionCodecs] = () => {
      throw new Error(`records are compressed in a way (${number}) that is not known here`)
    }
  }
}
