import type { CountsRow } from './counts-row.ts'

/** Rows in little memory (32 bytes each), to be read again in the order of time. */
export interface KeptRows {
  readonly add: (row: CountsRow) => void
  readonly size: () => number
  /** Whether they were added in the order of time. */
  readonly isInOrder: () => boolean
  /** By time; those of one time as they were added. */
  readonly inOrder: () => Generator<CountsRow>
  readonly clear: () => void
}

const FIRST_ROOM = 4_096

/** Nothing kept yet. */
export function keptRows(): KeptRows {
  const names: string[] = []
  const numbers = new Map<string, number>()
  let room = makeRoom(FIRST_ROOM)
  let size = 0
  let ordered = true

  function numberOf(series: string): number {
    const known = numbers.get(series)
    if (known !== undefined) return known
    numbers.set(series, names.length)
    return names.push(series) - 1
  }

  function rowAt(index: number): CountsRow {
    const total = room.total[index] ?? Number.NaN
    return {
      line: room.line[index] ?? 0,
      series: names[room.series[index] ?? 0] ?? '',
      at: room.at[index] ?? 0,
      count: room.count[index] ?? 0,
      total: Number.isNaN(total) ? null : total,
    }
  }

  return {
    add: (row) => {
      if (size === room.at.length) room = widened(room)
      if (size > 0 && row.at < (room.at[size - 1] ?? 0)) ordered = false
      room.series[size] = numberOf(row.series)
      room.line[size] = row.line
      room.at[size] = row.at
      room.count[size] = row.count
      room.total[size] = row.total ?? Number.NaN
      size += 1
    },
    size: () => size,
    isInOrder: () => ordered,
    inOrder: function* () {
      if (ordered) for (let index = 0; index < size; index++) yield rowAt(index)
      else for (const index of byTime(room.at.subarray(0, size))) yield rowAt(index)
    },
    clear: () => {
      room = makeRoom(FIRST_ROOM)
      size = 0
      ordered = true
    },
  }
}

function makeRoom(rows: number) {
  return {
    series: new Uint32Array(rows),
    line: new Uint32Array(rows),
    at: new Float64Array(rows),
    count: new Float64Array(rows),
    total: new Float64Array(rows),
  }
}

function widened(room: ReturnType<typeof makeRoom>): ReturnType<typeof makeRoom> {
  const made = makeRoom(room.at.length * 2)
  made.series.set(room.series)
  made.line.set(room.line)
  made.at.set(room.at)
  made.count.set(room.count)
  made.total.set(room.total)
  return made
}

/** Indices in the order of their times. Times are few beside rows, so that they are counted instead of compared. */
function byTime(times: Float64Array): Uint32Array {
  const counts = new Map<number, number>()
  for (const time of times) counts.set(time, (counts.get(time) ?? 0) + 1)
  const places = new Map<number, number>()
  let place = 0
  for (const time of Float64Array.from(counts.keys()).sort()) {
    places.set(time, place)
    place += counts.get(time) ?? 0
  }
  const order = new Uint32Array(times.length)
  times.forEach((time, index) => {
    const at = places.get(time) ?? 0
    order[at] = index
    places.set(time, at + 1)
  })
  return order
}
