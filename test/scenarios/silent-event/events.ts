import { type Line, steady, track, arrivals } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 300; minute++) {
    const isSilent = minute >= 180 && minute < 240
    for (const at of arrivals(minute, 1)) {
      if (!isSilent) yield track({ at, platform: minute % 2 === 0 ? 'web' : 'ios' })
    }
    yield* steady(minute, minute + 1, 1, () => ({ event: 'Cart Viewed', properties: {} }))
  }
}
