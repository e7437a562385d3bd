/** How a field is read. A list of one: repeated. */
export type Field = 'string' | 'bytes' | 'fixed64' | 'uint' | 'bool' | 'double' | Message | readonly [Field]
/** By field number: name and how it is read. */
export interface Message {
  readonly [number: number]: readonly [name: string, field: Field | (() => Message)]
}

export type Decoded = Record<string, unknown>

/** Reads protobuf's wire format (https://protobuf.dev/programming-guides/encoding/). Throws where it is broken; unknown fields are passed over. */
export function decodeMessage(bytes: Uint8Array, message: Message): Decoded {
  const decoded: Decoded = {}
  let at = 0

  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 63n) throw new Error('the varint does not end')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  function take(count: number): Uint8Array {
    if (at + count > bytes.length) throw new Error('the message is cut off')
    at += count
    return bytes.subarray(at - count, at)
  }

  function raw(wire: number): bigint | Uint8Array {
    if (wire === 0) return varint()
    if (wire === 1) return Buffer.from(take(8)).readBigUInt64LE()
    if (wire === 2) return take(Number(varint()))
    if (wire === 5) return BigInt(Buffer.from(take(4)).readUInt32LE())
    throw new Error(`no such wire type: ${wire}`)
  }

  while (at < bytes.length) {
    const tag = Number(varint())
    const value = raw(tag & 7)
    const known = message[tag >> 3]
    if (known === undefined) continue
    const [name, how] = known
    const field = typeof how === 'function' ? how() : how
    if (!isRepeated(field)) decoded[name] = readValue(value, field)
    else decoded[name] = [...((decoded[name] as unknown[] | undefined) ?? []), readValue(value, field[0])]
  }
  return decoded
}

function isRepeated(field: Field): field is readonly [Field] {
  return Array.isArray(field)
}

function readValue(value: bigint | Uint8Array, field: Field): unknown {
  if (value instanceof Uint8Array) {
    if (field === 'string') return new TextDecoder('utf-8', { fatal: true }).decode(value)
    if (field === 'bytes') return Buffer.from(value).toString('hex')
    if (typeof field === 'object') return decodeMessage(value, field as Message)
    throw new Error(`bytes where ${String(field)} belongs`)
  }
  if (field === 'bool') return value !== 0n
  if (field === 'uint') return Number(BigInt.asIntN(64, value))
  if (field === 'fixed64') return value
  if (field === 'double') return new DataView(new BigUint64Array([value]).buffer).getFloat64(0, true)
  throw new Error(`a number where ${typeof field === 'string' ? field : 'a message'} belongs`)
}
