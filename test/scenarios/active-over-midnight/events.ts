import { MINUTE } from '../../../src/model/time.ts'
import { type Line, track } from '../segment.ts'

const FROM = Date.UTC(2026, 2, 5, 22, 30)
const UNTIL = Date.UTC(2026, 2, 7, 1, 30)

export function* events(): Iterable<Line> {
  for (let at = FROM; at <= UNTIL; at += 10 * MINUTE) yield track({ at, properties: {} })
}
