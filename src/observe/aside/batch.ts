import type { Judgement } from '../../model/observation.ts'
import type { Decoded, DecodedEvent } from '../../model/record.ts'
import { dimensionsOf } from '../decode/dimensions.ts'
import type { Judged } from '../check/early.ts'

/**
 * Records on their way between threads. Nearly all are flawless and have lost their payload: of those only numbers and ids
 * go over, in a few arrays a batch. Copying them as objects would cost as much as parsing them.
 */
export interface RecordBatch {
  /** Line, kind and length of the id, a record. */
  readonly whole: Uint32Array<ArrayBuffer>
  /** Offset, end, event time and arrival, a record; NaN: not said. */
  readonly numbers: Float64Array<ArrayBuffer>
  /** The ids of the flawless ones, one after the other. */
  readonly ids: string
  /** What flawless records have in common. */
  readonly kinds: readonly Kind[]
  /** The others as they are, in their order. */
  readonly others: readonly Judged[]
}

interface Kind {
  readonly event: string
  readonly dimensions: DecodedEvent['dimensions']
  readonly judged: Judgement
}

/** In the place of a kind: it is the next of the others. In that of an id's length: it has none. */
const NONE = 0xffff_ffff

/** Gathers the records of a batch. */
export interface BatchBuilder {
  readonly add: (record: Judged, line: number, offset: number, end: number) => void
  /** What was added since the last time. */
  readonly take: () => RecordBatch
  readonly size: () => number
  /** Bytes, about, that go over: ids, and the lines of those that keep their payload. */
  readonly weight: () => number
}

export function createBatchBuilder(): BatchBuilder {
  let whole: number[] = []
  let numbers: number[] = []
  let ids: string[] = []
  let others: Judged[] = []
  let kinds: Kind[] = []
  let weight = 0
  /** The kinds of this batch: records of the same event share their dimensions and their judgement as objects. */
  let known = new Map<Judgement, Map<DecodedEvent['dimensions'], number>>()

  function kindOf({ event, dimensions }: DecodedEvent, judged: Judgement): number {
    const same = known.get(judged) ?? new Map<DecodedEvent['dimensions'], number>()
    known.set(judged, same)
    const before = same.get(dimensions)
    if (before !== undefined) return before
    const kind = kinds.push({ event, dimensions, judged }) - 1
    same.set(dimensions, kind)
    return kind
  }

  function add(record: Judged, line: number, offset: number, end: number): void {
    const { decoded, judged } = record
    // Without an envelope it was found flawless, and its judgement is that of its contract version: one object, of one event.
    if (decoded.ok && judged !== null && decoded.envelope === null) {
      whole.push(line, kindOf(decoded, judged), decoded.id?.length ?? NONE)
      numbers.push(offset, end, decoded.eventTime ?? Number.NaN, decoded.receivedAt ?? Number.NaN)
      if (decoded.id !== null) {
        ids.push(decoded.id)
        weight += decoded.id.length
      }
    } else {
      whole.push(line, NONE, NONE)
      numbers.push(offset, end, Number.NaN, decoded.receivedAt ?? Number.NaN)
      others.push(record)
      weight += end - offset
    }
  }

  function take(): RecordBatch {
    const batch = {
      whole: Uint32Array.from(whole),
      numbers: Float64Array.from(numbers),
      ids: ids.join(''),
      kinds,
      others,
    }
    whole = []
    numbers = []
    ids = []
    others = []
    kinds = []
    weight = 0
    known = new Map()
    return batch
  }

  return { add, take, size: () => whole.length / 3, weight: () => weight }
}

/** The records of a batch, one at a time. */
export interface BatchCursor {
  readonly next: () => boolean
  readonly line: () => number
  readonly offset: () => number
  readonly end: () => number
  readonly record: () => Judged
}

export function readBatch({ whole, numbers, ids, kinds, others }: RecordBatch): BatchCursor {
  const shared = kinds.map(({ event, dimensions, judged }) => ({
    event,
    judged,
    // The one object there is of them in this thread.
    dimensions: dimensionsOf(dimensions.platform, dimensions.appVersion, dimensions.library),
  }))
  let at = -1
  let id = 0
  let other = -1
  let current: Judged | null = null

  function record(): Judged {
    current ??= flawless()
    return current
  }

  function flawless(): Judged {
    const kind = shared[whole[3 * at + 1] ?? 0]
    if (kind === undefined) throw new RangeError('a batch without the kind of its record')
    const length = whole[3 * at + 2] ?? 0
    const decoded: Decoded = {
      ok: true,
      event: kind.event,
      id: length === NONE ? null : ids.slice(id - length, id),
      body: null,
      eventTime: said(numbers[4 * at + 2]),
      receivedAt: said(numbers[4 * at + 3]),
      dimensions: kind.dimensions,
      envelope: null,
    }
    return { decoded, judged: kind.judged }
  }

  return {
    next: () => {
      if (3 * (at + 1) >= whole.length) return false
      at += 1
      current = null
      const isOther = whole[3 * at + 1] === NONE
      if (isOther) {
        other += 1
        current = others[other] ?? null
      } else {
        const length = whole[3 * at + 2] ?? NONE
        if (length !== NONE) id += length
      }
      return true
    },
    line: () => whole[3 * at] ?? 0,
    offset: () => numbers[4 * at] ?? 0,
    end: () => numbers[4 * at + 1] ?? 0,
    record,
  }
}

function said(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value
}
