import { after, type Line, steady, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  yield track({ at: after(0), properties: {} })
  yield* steady(0, 12, 1, () => ({ event: 'Heartbeat', properties: {} }))
}
