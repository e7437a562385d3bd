import { isAscii } from 'node:buffer'
import { type Parsed, parsePayload, parseText, undecodable } from '../../decode/parse.ts'

/** A longer line is passed over without being held. */
export const LONGEST_LINE = 1024 * 1024
/** What of a line too long is kept for the reader of the quarantine. */
const KEPT_OF_LONG = 8 * 1024

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const NOTHING = Buffer.alloc(0)

/**
 * Splits bytes into lines, one at a time: a cursor rather than a list, because a line costs as much as its objects.
 * Lines of nothing but white space are passed over, but counted.
 */
export interface LineCursor {
  /** Takes the next bytes, which must stay as they are until `next` answers false. */
  readonly feed: (bytes: Buffer) => void
  /** Moves to the next whole line; false: there is none in what was fed. */
  readonly next: () => boolean
  /** Moves to what is left without a line feed at the end of a finished file; false: nothing is. */
  readonly last: () => boolean
  /** Whether the current line is such a rest. */
  readonly isLast: () => boolean
  /** From 1. */
  readonly number: () => number
  /** Where the line begins, in bytes from the file's start. */
  readonly offset: () => number
  /** Where the line after this one begins. */
  readonly end: () => number
  /** JSON of the line, or why it is none. Good until the next `feed`. */
  readonly parse: () => Parsed
  /** The line as what was being read when the file broke off. */
  readonly broken: () => Parsed
}

/** `line`: how many lines come before `offset`, where reading starts. */
export function createLineCursor(offset: number, line: number): LineCursor {
  let bytes: Buffer = NOTHING
  /** All of `bytes` is ASCII, so that its lines needn't be looked at one by one. */
  let ascii = true
  let at = 0
  /** The beginning of a line whose end hasn't been fed. */
  let held: Buffer[] = []
  let heldLength = 0
  let number = line
  let start = offset
  let end = offset
  let current: Buffer = NOTHING
  let from = 0
  let to = 0
  let currentAscii = true
  let tooLong = false
  let isLast = false

  function hold(rest: Buffer): void {
    const room =
      (heldLength + rest.length > LONGEST_LINE ? KEPT_OF_LONG : LONGEST_LINE) - Math.min(heldLength, LONGEST_LINE)
    if (room > 0 && rest.length > 0) held.push(Buffer.copyBytesFrom(rest, 0, Math.min(rest.length, room)))
    heldLength += rest.length
    if (heldLength > LONGEST_LINE && held.length > 1) held = [Buffer.concat(held).subarray(0, KEPT_OF_LONG)]
  }

  /** Makes what is held and the bytes up to `until` the current line. */
  function take(until: number, next: number): void {
    number += 1
    start = end
    const length = heldLength + until - at
    end = start + heldLength + next - at
    tooLong = length > LONGEST_LINE
    if (heldLength > 0) {
      hold(bytes.subarray(at, until))
      current = Buffer.concat(held)
      currentAscii = false
      from = 0
      to = current.length
      held = []
      heldLength = 0
    } else {
      current = bytes
      currentAscii = ascii
      from = at
      to = tooLong ? at + KEPT_OF_LONG : until
    }
    at = next
  }

  function isBlank(): boolean {
    for (let index = from; index < to; index++) {
      const byte = current[index]
      if (byte !== 0x20 && byte !== 0x09 && byte !== CARRIAGE_RETURN) return false
    }
    return true
  }

  function next(): boolean {
    for (;;) {
      const feed = at < bytes.length ? bytes.indexOf(LINE_FEED, at) : -1
      if (feed === -1) {
        hold(bytes.subarray(at))
        at = bytes.length
        return false
      }
      take(feed, feed + 1)
      if (!isBlank()) return true
    }
  }

  return {
    feed: (more) => {
      bytes = more
      ascii = isAscii(more)
      at = 0
    },
    next,
    last: () => {
      if (heldLength === 0) return false
      take(at, at)
      isLast = !isBlank()
      return isLast
    },
    isLast: () => isLast,
    number: () => number,
    offset: () => start,
    end: () => end,
    parse: () => {
      if (tooLong) return undecodable('too_large', current.toString('utf8', from, to))
      if (currentAscii) return parseText(current.toString('latin1', from, withoutReturn(current, from, to)))
      return parsePayload(current.subarray(from, withoutReturn(current, from, to)))
    },
    broken: () =>
      undecodable('truncated', isLast ? current.toString('utf8', from, Math.min(to, from + KEPT_OF_LONG)) : ''),
  }
}

function withoutReturn(bytes: Buffer, from: number, to: number): number {
  return to > from && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to
}
