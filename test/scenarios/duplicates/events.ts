import { type Line, arrivals, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 180; minute++) {
    for (const at of arrivals(minute, 10)) {
      const id = `order-${at}`
      yield track({ at, id })
      if (minute >= 60 && minute < 90) yield track({ at: at + 1_000, id })
    }
  }
}
