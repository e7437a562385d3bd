/** 64 bits of an id, as two unsigned halves. */
export interface IdHash {
  high: number
  low: number
}

/**
 * Hashes an id's UTF-16 code units into `out`: two accumulators with different multipliers, crossed and finalised as in
 * MurmurHash3 (Austin Appleby, fmix32). At 10 million ids the expected number of pairs that collide is 3e-6.
 */
export function hashId(id: string, out: IdHash): IdHash {
  let a = 0xdeadbeef ^ id.length
  let b = 0x41c6ce57 ^ id.length
  for (let at = 0; at < id.length; at++) {
    const unit = id.charCodeAt(at)
    a = Math.imul(a ^ unit, 0x9e3779b1)
    a ^= a >>> 15
    b = Math.imul(b ^ unit, 0x5f356495)
    b ^= b >>> 13
  }
  out.high = finalise(a ^ (b >>> 7)) >>> 0
  out.low = finalise(b ^ Math.imul(a, 0x27d4eb2f)) >>> 0
  return out
}

function finalise(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
