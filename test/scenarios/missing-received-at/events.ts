import { after, type Line, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  yield track({ at: after(0), id: '1', received: false })
  yield track({ at: after(0), id: '2', received: false })
  yield track({ at: after(0, 10_000), id: '3' })
  yield track({ at: after(5, 20_000), id: '4' })
  yield track({ at: after(0), id: '5', received: false })
  yield '{"type":"track",'
  yield track({ at: after(9), id: '7' })
}
