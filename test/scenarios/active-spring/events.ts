import { MINUTE } from '../../../src/model/time.ts'
import { type Line, track } from '../segment.ts'

const FROM = Date.UTC(2026, 2, 28, 20, 0)
const UNTIL = Date.UTC(2026, 2, 29, 3, 0)

export function* events(): Iterable<Line> {
  for (let at = FROM; at <= UNTIL; at += 10 * MINUTE) yield track({ at, properties: {} })
}
