import { arrivals, BAD_ORDER, type Line, track } from '../segment.ts'

const MIDNIGHT = Date.UTC(2026, 2, 2)
const BAD_MINUTES = [100, 400, 700, 1000, 1300]

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 1440; minute++) {
    const [first, second] = arrivals(minute, 2, MIDNIGHT)
    if (first !== undefined)
      yield track({ at: first, ...(BAD_MINUTES.includes(minute) ? { properties: BAD_ORDER } : {}) })
    if (second !== undefined) yield track({ at: second })
  }
}
