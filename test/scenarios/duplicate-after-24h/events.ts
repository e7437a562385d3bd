import { HOUR } from '../../../src/model/time.ts'
import { after, type Call, type Line, track } from '../segment.ts'

const CALLS: readonly Call[] = [
  { at: after(0), id: 'a' },
  { at: after(1), id: 'b' },
  { at: after(2), id: 'c' },
  { at: after(3), id: 'e' },
  { at: after(3, 1_000), id: 'e', event: 'Cart Viewed' },
  { at: after(4), id: null },
  { at: after(5), id: null },
  { at: after(2, 20 * HOUR), id: 'c' },
  { at: after(0, 24 * HOUR), id: 'a' },
  { at: after(1, 24 * HOUR + 1), id: 'b' },
  { at: after(2, 40 * HOUR), id: 'c' },
]

export function* events(): Iterable<Line> {
  for (const call of CALLS) yield track(call)
}
