import { after, BAD_ORDER, type Line, steady, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  yield track({ at: after(0), event: 'Order Cancelled', properties: {} })
  for (let minute = 0; minute < 16; minute++) {
    yield* steady(minute, minute + 1, 1, () => (minute < 5 ? {} : { id: 'same', properties: BAD_ORDER }))
    yield '{"type":"track","event":"Order Cancelled","properties":{'
  }
}
