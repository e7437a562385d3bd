import type { Instant } from '../../../model/time.ts'
import { demoMinute, type TrafficOptions } from './traffic.ts'

/** The shop's story from its start on as an archive keeps it: NDJSON, a minute a piece. */
export function* demoArchive(
  seed: number,
  anchor: Instant,
  minutes: number,
  options: TrafficOptions = {},
): Generator<string> {
  for (let minute = 0; minute < minutes; minute++) {
    yield demoMinute(seed, anchor, minute, options)
      .map((message) => `${JSON.stringify(message)}\n`)
      .join('')
  }
}
