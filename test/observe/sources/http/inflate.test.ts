import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inflate } from '../../../../src/observe/sources/http/inflate.ts'

const text = Buffer.from('{"event":"Order Completed"}'.repeat(20))
const LIMIT = 10_000

describe('inflate', () => {
  const encodings: Record<string, [string | undefined, Buffer]> = {
    'no encoding': [undefined, text],
    identity: ['identity', text],
    gzip: ['gzip', gzipSync(text)],
    'x-gzip, shouted': [' X-GZIP ', gzipSync(text)],
    'deflate with zlib header': ['deflate', deflateSync(text)],
    'deflate without': ['deflate', deflateRawSync(text)],
    br: ['br', brotliCompressSync(text)],
    zstd: ['zstd', zstdCompressSync(text)],
    'gzip in two members': ['gzip', Buffer.concat([gzipSync(text.subarray(0, 9)), gzipSync(text.subarray(9))])],
  }
  it.each(Object.entries(encodings))('undoes %s', (_name, [encoding, bytes]) => {
    expect(inflate(encoding, bytes, LIMIT)).toEqual({ bytes: text })
  })

  const bomb = Buffer.alloc(64 * 1024 * 1024)
  it.each([
    ['gzip', gzipSync(bomb)],
    ['deflate', deflateSync(bomb)],
    ['br', brotliCompressSync(bomb.subarray(0, 20 * 1024 * 1024))],
  ])('gives a %s bomb up at the limit', (encoding, bytes) => {
    const before = process.memoryUsage().rss
    expect(inflate(encoding, bytes, LIMIT)).toEqual({ problem: 'too_large' })
    expect(process.memoryUsage().rss - before).toBeLessThan(20 * 1024 * 1024)
  })

  it('says what is wrong', () => {
    expect(inflate(undefined, Buffer.alloc(LIMIT + 1), LIMIT)).toEqual({ problem: 'too_large' })
    expect(inflate('gzip', gzipSync(text).subarray(0, 30), LIMIT)).toEqual({ problem: 'broken' })
    expect(inflate('gzip', text, LIMIT)).toEqual({ problem: 'broken' })
    expect(inflate('deflate', Buffer.alloc(0), LIMIT)).toEqual({ problem: 'broken' })
    expect(inflate('gzip, gzip', gzipSync(gzipSync(text)), LIMIT)).toEqual({ problem: 'unknown_encoding' })
    expect(inflate('compress', text, LIMIT)).toEqual({ problem: 'unknown_encoding' })
  })
})
