import { after, type Line, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let index = 0; index < 3; index++) yield track({ at: after(index), received: false })
}
