import { after, type Line, steady, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  yield track({ at: after(0), properties: {} })
  yield track({ at: after(0, 1), event: 'Order Cancelled', properties: {} })
  yield* steady(0, 32, 1, () => ({ event: 'Heartbeat', properties: {} }))
}
