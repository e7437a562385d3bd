import { after, type Call, type Line, ORDER, steady, track } from '../segment.ts'

/** A valid order that differs in its text. */
function altered(id: string, from: string, to: string, call: Partial<Call> = {}): string {
  return track({ at: after(3, 30_000), id, ...call }).replace(from, to)
}

const received = (line: string): string => line.replace('{', '{"receivedAt":"2026-03-02T08:05:30.000Z",')

const LINES: readonly Line[] = [
  '{"type":"track","event":"Order Completed"',
  '[]',
  '"text"',
  'null',
  '42',
  received(`{"type":"track","event":"Order Completed","properties":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
  new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  altered('nan', '12.5', 'NaN'),
  track({ at: Date.UTC(1970, 0, 1), id: 'old' }),
  track({ at: Date.UTC(2999, 0, 1), id: 'new' }),
  '{}',
  received('{"type":5,"event":{}}'),
  received('{"type":"track","properties":{}}'),
  altered('nul-name', '"Order Completed"', '"Order\\u0000Completed"'),
  altered('long', '"Order Completed"', `"${'x'.repeat(5_000)}"`),
  altered('huge', '12.5', '1e999', { event: 'Weird' }),
  altered('proto', '"properties":{', '"properties":{"__proto__":{"polluted":true},'),
  altered('twice', '"properties":{', '"properties":{"revenue":"first",'),
  altered('nul\u0000id', '"EUR"', '"EUR"'),
  altered('surrogate', '"o-1"', '"\\ud800"', { properties: ORDER }),
]

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 20; minute++) {
    yield* steady(minute, minute + 1, 1)
    if (minute === 5) yield* LINES
  }
}
