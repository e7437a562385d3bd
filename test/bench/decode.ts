import { Ajv2020 } from 'ajv/dist/2020.js'
import { DAY } from '../../src/model/time.ts'
import { createEarlyCheck } from '../../src/observe/check/early.ts'
import { createDecoder } from '../../src/observe/decode/decode.ts'
import { parsePayload } from '../../src/observe/decode/parse.ts'
import { createSightings, type Sightings } from '../../src/observe/dedupe/sightings.ts'
import { observeBatch } from '../../src/observe/observe.ts'
import { createInterner } from '../../src/observe/windows/interner.ts'
import type { ArrivedRecord } from '../../src/model/record.ts'
import { contractVersion, planWith } from '../support/contract.ts'
import type { Figure } from './figure.ts'
import { ORDER_SCHEMA, segmentEvents } from './segment-events.ts'

const EVENTS = 10_000
const BATCH = 1_000
const WARM_UP = 6
const ROUNDS = 25

/** Events a second from bytes to window counts, beside a bare loop that parses and validates the same bytes. */
export async function bench(): Promise<Figure[]> {
  const events = segmentEvents(EVENTS)
  const plan = planWith({ 'Order Completed': [contractVersion(ORDER_SCHEMA)] })
  const validate = new Ajv2020().compile(ORDER_SCHEMA)
  const decode = createDecoder({ type: 'segment' })
  const early = createEarlyCheck(() => plan)
  const interner = createInterner()
  const lateAfter = () => 5_000

  function bare(): number {
    let valid = 0
    for (const bytes of events) {
      const parsed = JSON.parse(bytes.toString())
      if (validate(parsed.properties)) valid += 1
    }
    return valid
  }

  function observed(newFilter: () => Sightings): number {
    const sightings = newFilter()
    let valid = 0
    for (let from = 0; from < events.length; from += BATCH) {
      const records: ArrivedRecord[] = []
      for (let index = from; index < Math.min(from + BATCH, events.length); index++) {
        const parsed = parsePayload(events[index] ?? new Uint8Array())
        const decoded = parsed.ok ? decode(parsed.value, null) : parsed
        // As the file source does it: judged where it is read, so that what waits for its batch is small.
        const judged = early(decoded)
        records.push({
          partition: 'bench',
          position: '',
          arrivedAt: decoded.receivedAt,
          decoded: judged.decoded,
          judged: judged.judged,
        })
      }
      const batch = { source: 'bench', records, manyPartitions: false }
      const seen = observeBatch(batch, { plan, interner, sightings: () => sightings, lateAfter })
      seen.commit()
      valid += seen.outcomes.valid
    }
    return valid
  }

  const withoutDedupe = () => observed(() => NO_SIGHTINGS)
  const withDedupe = () => observed(() => createSightings({ horizon: DAY, capacity: 2_000_000 }))
  for (let round = 0; round < WARM_UP; round++) for (const run of [bare, withoutDedupe, withDedupe]) timed(run)
  const rounds = Array.from({ length: ROUNDS }, () => ({
    reference: EVENTS / timed(bare),
    without: EVENTS / timed(withoutDedupe),
    with: EVENTS / timed(withDedupe),
  }))
  const bytes = Math.round(events.reduce((sum, event) => sum + event.length, 0) / events.length)
  const figure = (what: string, of: 'without' | 'with'): Figure => ({
    name: `${what} of ${bytes}-byte events`,
    value: Math.round(median(rounds.map((round) => round[of]))),
    unit: 'events/s',
    reference: 'JSON.parse + compiled Ajv over the same buffers',
    reference_value: Math.round(median(rounds.map(({ reference }) => reference))),
    // Of each round by itself: what else the machine does slows all three.
    ratio: Number(median(rounds.map((round) => round[of] / round.reference)).toFixed(3)),
  })
  return [figure('decode, check and windows', 'without'), figure('decode, check, dedupe and windows', 'with')]
}

/** In the place of the filter where the rest is timed: it has seen nothing and remembers nothing. */
const NO_SIGHTINGS: Sightings = {
  see: () => false,
  pending: () => [],
  commit: () => undefined,
  discard: () => undefined,
  restore: () => undefined,
  size: () => 0,
  resize: () => undefined,
  coveredSince: () => null,
  lack: () => undefined,
}

/** Seconds; throws when not every event was found valid, since then it would be something else that was timed. */
function timed(run: () => number): number {
  const started = performance.now()
  const valid = run()
  const seconds = (performance.now() - started) / 1_000
  if (valid !== EVENTS) throw new Error(`only ${valid} of ${EVENTS} events are valid`)
  return seconds
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
