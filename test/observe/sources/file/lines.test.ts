import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineCursor, LONGEST_LINE } from '../../../../src/observe/sources/file/lines.ts'

interface Line {
  readonly number: number
  readonly offset: number
  readonly end: number
  readonly what: unknown
}

/** All lines of what is fed in these pieces; each piece is overwritten once its lines were read. */
function linesOf(pieces: readonly Uint8Array[]): Line[] {
  const cursor = createLineCursor(0, 0)
  const lines: Line[] = []
  const read = () => {
    const parsed = cursor.parse()
    const what = parsed.ok ? parsed.value : parsed.reason
    lines.push({ number: cursor.number(), offset: cursor.offset(), end: cursor.end(), what })
  }
  for (const piece of pieces) {
    const buffer = Buffer.from(piece)
    cursor.feed(buffer)
    while (cursor.next()) read()
    buffer.fill(0x7d)
  }
  if (cursor.last()) read()
  return lines
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const cuts = [...new Set([0, ...at.map((share) => Math.floor(share * bytes.length)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
}

describe('the line cursor', () => {
  it('gives the same lines however the bytes are cut', () => {
    const line = fc.oneof(
      fc.constantFrom('', ' ', '\r', '{"a":1}', '{"a":"ü"}\r', '[\u0000]', 'no json', '"\ufffd"', '\ufeff{"b":2}'),
      fc.json(),
    )
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (texts, cuts) => {
        const bytes = Buffer.from(texts.join('\n'))
        expect(linesOf(cut(bytes, cuts))).toEqual(linesOf([bytes]))
      }),
    )
  })

  it('counts blank lines and leaves them out', () => {
    const lines = linesOf([Buffer.from('1\n\n  \r\n\t\n2\r\n3')])
    expect(lines.map(({ number, what }) => [number, what])).toEqual([
      [1, 1],
      [5, 2],
      [6, 3],
    ])
  })

  it('says where each line begins and ends in the file', () => {
    const text = '{"a":"ü"}\r\n\n[2]\n3'
    const bytes = Buffer.from(text)
    for (const { offset, end, what } of linesOf([bytes.subarray(0, 5), bytes.subarray(5)])) {
      expect(JSON.parse(bytes.subarray(offset, end).toString())).toEqual(what)
    }
  })

  it('names what is wrong with a line and reads on', () => {
    const bytes = Buffer.concat([
      Buffer.from('\ufeff{"a":1}\n{"a":\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`${'['.repeat(100)}${']'.repeat(100)}\n7\n`),
    ])
    expect(linesOf([bytes]).map(({ what }) => what)).toEqual([
      { a: 1 },
      'malformed_json',
      'invalid_utf8',
      'too_deep',
      7,
    ])
  })

  it('passes over a line of 100 MB without holding it', () => {
    const cursor = createLineCursor(0, 0)
    const piece = Buffer.alloc(256 * 1024, 'x')
    const before = process.memoryUsage().arrayBuffers
    for (let fed = 0; fed < 100 * 1024 * 1024; fed += piece.length) {
      cursor.feed(piece)
      expect(cursor.next()).toBe(false)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024)
    cursor.feed(Buffer.from('\n1\n'))
    expect(cursor.next()).toBe(true)
    expect(cursor.parse()).toMatchObject({ ok: false, reason: 'too_large' })
    expect(cursor.next()).toBe(true)
    expect(cursor.parse()).toEqual({ ok: true, value: 1 })
    expect(cursor.offset()).toBe(100 * 1024 * 1024 + 1)
  })

  it('takes a line of exactly the longest length, and none longer', () => {
    const longest = `"${'x'.repeat(LONGEST_LINE - 2)}"`
    const bytes = Buffer.from(`${longest}\n ${longest}\n`)
    const whole = linesOf([bytes]).map(({ what }) => what)
    expect(whole).toEqual([JSON.parse(longest), 'too_large'])
    expect(linesOf(cut(bytes, [0.1, 0.5, 0.7])).map(({ what }) => what)).toEqual(whole)
  })
})
