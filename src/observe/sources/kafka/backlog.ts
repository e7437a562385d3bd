import type { IHeaders, KafkaMessage } from 'kafkajs'
import type { Instant } from '../../../model/time.ts'

/** What one fetch brought of one partition; without messages where what was there is not for readers. */
export interface Fetched {
  readonly key: string
  readonly messages: readonly KafkaMessage[]
  /** The offset that was asked for, and that of the record after the last. */
  readonly from: number
  readonly to: number
  readonly fetchedAt: Instant
}

/** Fetched and not yet taken, oldest first. Bounded by whoever adds, who waits for room. */
export interface Backlog {
  readonly add: (fetched: Fetched) => void
  readonly hasRoom: () => boolean
  /** Resolves when something is taken next. */
  readonly taken: () => Promise<void>
  readonly isEmpty: () => boolean
  /** Takes from the front until that many records are reached; the last part may be cut in two. */
  readonly take: (most: number) => readonly Fetched[]
  readonly clear: () => void
}

/** Bytes beyond which nothing more is fetched. */
const FULL = 8 * 1024 * 1024
/** What a record takes beside what was sent: an object with its texts. Tombstones are nothing else. */
const RECORD = 200

export function createBacklog(): Backlog {
  let waiting: { readonly fetched: Fetched; readonly bytes: number }[] = []
  let bytes = 0
  let waiters: (() => void)[] = []

  function tell(): void {
    for (const waiter of waiters) waiter()
    waiters = []
  }

  function take(most: number): readonly Fetched[] {
    const taken: Fetched[] = []
    let records = 0
    while (waiting.length > 0 && records < most) {
      const [first] = waiting
      if (first === undefined) break
      const room = most - records
      const { fetched } = first
      const next = fetched.messages[room]
      waiting.shift()
      bytes -= first.bytes
      if (next === undefined) {
        taken.push(fetched)
        records += fetched.messages.length
        continue
      }
      const cut = Number(next.offset)
      const rest = { ...fetched, messages: fetched.messages.slice(room), from: cut }
      taken.push({ ...fetched, messages: fetched.messages.slice(0, room), to: cut })
      waiting.unshift({ fetched: rest, bytes: sizeOf(rest.messages) })
      bytes += sizeOf(rest.messages)
      records = most
    }
    tell()
    return taken
  }

  return {
    add: (fetched) => {
      const size = sizeOf(fetched.messages)
      waiting.push({ fetched, bytes: size })
      bytes += size
    },
    hasRoom: () => bytes < FULL,
    taken: () => new Promise((done) => waiters.push(done)),
    isEmpty: () => waiting.length === 0,
    take,
    clear: () => {
      waiting = []
      bytes = 0
      tell()
    },
  }
}

function sizeOf(messages: readonly KafkaMessage[]): number {
  let size = 0
  for (const { key, value, headers } of messages) {
    size += RECORD + (key?.length ?? 0) + (value?.length ?? 0)
    for (const name in headers) size += name.length + lengthOf(headers[name])
  }
  return size
}

function lengthOf(header: IHeaders[string]): number {
  return Array.isArray(header) ? header.reduce((sum, one) => sum + one.length, 0) : (header?.length ?? 0)
}
