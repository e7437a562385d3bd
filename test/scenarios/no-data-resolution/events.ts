import { DAY } from '../../../src/model/time.ts'
import { after, BAD_ORDER, type Line, steady, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  yield* steady(0, 70, 10, (_, minute) => (minute >= 60 ? { properties: BAD_ORDER } : {}))
  yield track({ at: after(0, 8 * DAY), event: 'Heartbeat', properties: {} })
}
