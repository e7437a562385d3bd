import { arrivals, BAD_ORDER, type Line, track } from '../segment.ts'

function order(minute: number): string {
  return track({ at: arrivals(minute, 1)[0] ?? 0, ...(minute === 30 ? { properties: BAD_ORDER } : {}) })
}

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 71; minute++) {
    if (minute !== 30 && minute !== 33) yield order(minute)
    if (minute === 35) yield order(33)
    if (minute === 60) yield order(30)
  }
}
