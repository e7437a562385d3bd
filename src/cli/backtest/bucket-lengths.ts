import { DAY, type Duration, formatDuration, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { LineProblem } from './counts-reader.ts'
import type { CountsRow } from './counts-row.ts'

/** How far apart the rows of each series are. */
export interface BucketLengths {
  /** Looks at a row without judging it; rows come in the order of time. */
  readonly learn: (row: CountsRow) => void
  /** The length of a row's bucket, or what is wrong with its time. Rows come in the order of time. */
  readonly check: (row: CountsRow) => Checked
  /** Buckets between the first and the last row of a series that have no row. */
  readonly missing: () => number
}

type Checked = { readonly length: Duration } | { readonly problem: LineProblem }

const SHORTEST: Duration = 5 * MINUTE
const LONGEST: Duration = DAY
/** So many rows equally far apart, but farther than the bucket's length, are no gaps but buckets of another length. */
const STEADY = 24

/** The distances between the rows of a series. */
interface Learned {
  last: Instant
  /** 0 while there is none. */
  least: Duration
  /** How many are the least. */
  timesLeast: number
  /** The greatest that all of them are whole numbers of. */
  divisor: Duration
  /** The newest, how many of it came in a row, and the first that was the same so often that it is the series' length. */
  step: Duration
  steps: number
  steady: Duration | null
}

interface Seen {
  readonly length: Duration
  readonly firstLine: number
  readonly isShare: boolean
  last: Instant
  lastLine: number
  step: Duration
  steps: number
  /** Where the row before the first of these steps, and the row after it, stand. */
  stepsFrom: number
  stepsLine: number
}

/** `localDay` tells which local date a time is the start of, or null: days are 23 or 25 hours long where clocks change. */
export function bucketLengths(localDay: (at: Instant) => number | null): BucketLengths {
  const learned = new Map<string, Learned>()
  const seen = new Map<string, Seen>()
  const refused = new Set<string>()
  let usual: Duration | null = null
  let missing = 0

  function learn({ series, at }: CountsRow): void {
    const known = learned.get(series)
    if (known === undefined) {
      learned.set(series, { last: at, least: 0, timesLeast: 0, divisor: 0, step: 0, steps: 0, steady: null })
      return
    }
    const step = distance(known.last, at)
    known.last = at
    if (step === 0) return
    known.steps = step === known.step ? known.steps + 1 : 1
    known.step = step
    if (known.steps >= STEADY) known.steady ??= step
    if (known.divisor === 0 || step % known.divisor !== 0) known.divisor = greatestDivisor(step, known.divisor)
    if (step === known.least) known.timesLeast += 1
    else if (known.least === 0 || step < known.least) {
      known.least = step
      known.timesLeast = 1
    }
  }

  /** In milliseconds; whole days between midnights of the zone. */
  function distance(from: Instant, to: Instant): Duration {
    const plain = to - from
    if (plain < DAY - HOUR || plain % DAY === 0) return plain
    const first = localDay(from)
    const second = localDay(to)
    return first === null || second === null ? plain : (second - first) * DAY
  }

  /** A series of few rows, which may all have gaps between them, has the length that others have, if it can. */
  function lengthOf(series: string): Duration {
    usual ??= mostCommon([...learned.values()].flatMap(({ least, timesLeast }) => (timesLeast < STEADY ? [] : [least])))
    const { least = 0, timesLeast = 0, divisor = 0, steady = null } = learned.get(series) ?? {}
    if (steady !== null) return steady
    if (timesLeast >= STEADY) return least
    if (usual !== null && divisor % usual === 0) return usual
    return divisor === 0 ? HOUR : divisor
  }

  function check(row: CountsRow): Checked {
    const wrong = (message: string) => ({ problem: { line: row.line, message } })
    const { series, at, line } = row
    const known = seen.get(series)
    if (refused.has(series)) return { length: known?.length ?? lengthOf(series) }
    if (known === undefined) {
      const length = lengthOf(series)
      if (length < SHORTEST || length > LONGEST) {
        refused.add(series)
        return wrong(`buckets of ${series} are ${formatDuration(length)} long: they may be from 5m to 1d`)
      }
      seen.set(series, {
        length,
        firstLine: line,
        isShare: row.total !== null,
        last: at,
        lastLine: line,
        step: length,
        steps: 0,
        stepsFrom: line,
        stepsLine: line,
      })
      return { length }
    }
    if (known.isShare !== (row.total !== null))
      return wrong(
        `${series} is ${known.isShare ? 'a share' : 'a volume'} from line ${known.firstLine} on; here its total is ${known.isShare ? 'empty' : 'given'}`,
      )
    const step = distance(known.last, at)
    if (step === 0)
      return wrong(
        `the bucket of ${series} that starts at ${new Date(at).toISOString()} stands in line ${known.lastLine} already`,
      )
    if (step !== known.step) Object.assign(known, { step, steps: 0, stepsFrom: known.lastLine, stepsLine: line })
    known.steps += 1
    if (step % known.length !== 0 || (step > known.length && known.steps >= STEADY)) {
      refused.add(series)
      const message = `${formatDuration(step)} after line ${known.stepsFrom}, but buckets of ${series} are ${formatDuration(known.length)} long: a series keeps one length`
      return { problem: { line: known.stepsLine, message } }
    }
    missing += step / known.length - 1
    known.last = at
    known.lastLine = line
    return { length: known.length }
  }

  return { learn, check, missing: () => missing }
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

function mostCommon(values: readonly Duration[]): Duration | null {
  const counts = new Map<Duration, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0]?.[0] ?? null
}
