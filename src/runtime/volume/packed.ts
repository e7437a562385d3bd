import { deserialize, serialize } from 'node:v8'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)
const CHECKED = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } }

/** Plain data (numbers bit for bit, texts, lists, maps, rings) as few bytes, with a checksum; off this thread but for a first part. */
export function packed(data: unknown): Promise<Uint8Array> {
  return compress(serialize(data), CHECKED)
}

/** What `packed` was given. Throws where the bytes are damaged. */
export async function unpacked(bytes: Uint8Array): Promise<unknown> {
  return owning(deserialize(await decompress(bytes)))
}

/** Rings are read as views of all that was unpacked beside them, which would stay in memory for their sake. */
function owning(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return (value as Float64Array).slice()
  if (value instanceof Map) {
    for (const [key, each] of value) value.set(key, owning(each))
  } else if (typeof value === 'object' && value !== null) {
    const fields = value as Record<string, unknown>
    for (const key in fields) {
      const field = fields[key]
      if (typeof field === 'object' && field !== null) fields[key] = owning(field)
    }
  }
  return value
}
