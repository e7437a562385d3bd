import { HOUR, type Duration, type Instant } from '../../../src/model/time.ts'
import type { Track } from './contender.ts'
import { type Draws, drawsOf } from './draws.ts'
import { WEEKS } from './generator.ts'

/** A Monday, in UTC. */
const START: Instant = Date.UTC(2026, 3, 6)
const DAYS = WEEKS * 7
/** Where a bucket lies: day from the start (a Monday) and hour of the day with its fraction, in a zone without clock changes. */
interface Place {
  readonly index: number
  readonly day: number
  readonly hour: number
}
type Mean = (place: Place) => number

/** A way in which counts come about that the generator in `generator.ts` knows nothing of. */
export interface Character {
  readonly name: string
  readonly bucket: Duration
  /** Counts of each bucket; `factor` is what a fault leaves of it. */
  readonly counts: (draws: Draws, factor: Mean) => Float64Array
}

const isWeekend = (day: number): boolean => day % 7 >= 5
const bump = (hour: number, at: number, width: number): number => {
  const off = Math.min(Math.abs(hour - at), 24 - Math.abs(hour - at))
  return Math.exp(-((off / width) ** 2) / 2)
}
/** Low at night, a plateau by day. */
const working: Mean = ({ day, hour }) =>
  (0.15 + bump(hour, 10.5, 3) + 0.9 * bump(hour, 15.5, 3)) * (isWeekend(day) ? 0.5 : 1)

function series(bucket: Duration, make: (draws: Draws) => (place: Place, factor: number) => number) {
  return (draws: Draws, factor: Mean): Float64Array => {
    const perDay = Math.round((24 * HOUR) / bucket)
    const one = make(draws)
    return Float64Array.from({ length: DAYS * perDay }, (_, index) => {
      const place = { index, day: Math.floor(index / perDay), hour: ((index % perDay) * 24) / perDay + 12 / perDay }
      return Math.round(Math.max(0, one(place, factor(place))))
    })
  }
}

/** A value that is drawn once a day. */
function daily(draw: () => number): (day: number) => number {
  const values = Array.from({ length: DAYS + 1 }, draw)
  return (day) => values[day] ?? 1
}

export const CHARACTERS: readonly Character[] = [
  {
    name: 'multiplicative log-normal noise',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(1.5, 4)
      const sd = draws.between(0.08, 0.3)
      let off = 0
      return (place, factor) => {
        off = 0.6 * off + 0.8 * sd * draws.normal()
        return draws.poisson(rate * working(place) * Math.exp(off) * factor)
      }
    }),
  },
  {
    name: 'bursts that excite themselves',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = draws.between(2, 30)
      const excitement = draws.between(0.3, 0.7)
      let before = 0
      return (place, factor) => {
        const mean = rate * working(place) * (1 - excitement) + excitement * before
        before = draws.poisson(mean * factor)
        return before
      }
    }),
  },
  {
    name: 'rare big bursts on low counts',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = draws.between(1, 10)
      const burst = draws.between(0.005, 0.02)
      return (place, factor) =>
        factor *
        (draws.poisson(rate * working(place)) + (draws.next() < burst ? draws.poisson(rate * draws.between(3, 15)) : 0))
    }),
  },
  {
    name: 'paydays',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(2, 4)
      const lift = draws.between(1.2, 1.5)
      const effect = daily(() => Math.exp(0.04 * draws.normal()))
      return (place, factor) => {
        const payday = place.day % 30 === 26 || place.day % 30 === 27 ? lift : 1
        return draws.negativeBinomial(rate * working(place) * payday * effect(place.day) * factor, 0.002)
      }
    }),
  },
  {
    name: 'a fixed number, now and then one off',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const plateau = [12, 24, 60, 360][draws.below(4)] ?? 60
      return (_place, factor) => Math.round(plateau * factor) + (draws.next() < 0.02 ? Math.sign(draws.normal()) : 0)
    }),
  },
  {
    name: 'one batch a night',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const size = 10 ** draws.between(2, 5)
      const late = daily(() => (draws.next() < 0.05 ? 1 : 0))
      return ({ day, hour }, factor) =>
        Math.floor(hour) === 2 + late(day)
          ? draws.negativeBinomial(size * (isWeekend(day) ? 0.6 : 1), 0.01) * factor
          : 0
    }),
  },
  {
    name: 'closed at night and on Sundays',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(1.5, 3.5)
      const effect = daily(() => Math.exp(0.08 * draws.normal()))
      return (place, factor) =>
        place.hour < 8 || place.hour > 20 || place.day % 7 === 6
          ? 0
          : draws.negativeBinomial(rate * effect(place.day) * factor, 0.01)
    }),
  },
  {
    name: 'a level that wanders',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(2, 4)
      let level = 0
      const drift = daily(() => (level += 0.03 * draws.normal()))
      return (place, factor) =>
        draws.negativeBinomial(rate * working(place) * Math.exp(drift(place.day)) * factor, 0.004)
    }),
  },
  {
    name: 'growth of 6 % a week',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(1.5, 3.5)
      const effect = daily(() => Math.exp(0.05 * draws.normal()))
      return (place, factor) =>
        draws.negativeBinomial(rate * working(place) * 1.06 ** (place.day / 7) * effect(place.day) * factor, 0.004)
    }),
  },
  {
    name: 'heavy-tailed days',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(2, 4)
      // Student's t with three degrees of freedom.
      const student = (): number =>
        draws.normal() / Math.sqrt((draws.normal() ** 2 + draws.normal() ** 2 + draws.normal() ** 2) / 3)
      const effect = daily(() => Math.exp(Math.max(-1, Math.min(1, 0.04 * student()))))
      return (place, factor) => draws.negativeBinomial(rate * working(place) * effect(place.day) * factor, 0.004)
    }),
  },
  {
    name: 'taxi-like half hours',
    bucket: HOUR / 2,
    counts: series(HOUR / 2, (draws) => {
      const rate = draws.between(5_000, 15_000)
      const effect = daily(() => Math.exp(0.06 * draws.normal()))
      let off = 0
      return ({ day, hour }, factor) => {
        off = 0.8 * off + 0.025 * draws.normal()
        const night = bump(hour, 0.5, 2.5) * ([5, 6].includes(day % 7) ? 1.1 : 0.35)
        const commute = isWeekend(day) ? 0.25 * bump(hour, 13, 4) : 0.8 * bump(hour, 8.5, 1.5)
        const shape = 0.12 + night + commute + 0.6 * bump(hour, 14, 3) + 1.1 * bump(hour, 19, 2.2)
        return draws.negativeBinomial(rate * shape * effect(day) * Math.exp(off) * factor, 0.0008)
      }
    }),
  },
  {
    name: 'one every other hour',
    bucket: HOUR,
    counts: series(HOUR, (draws) => (place, factor) => draws.poisson(working(place) * factor)),
  },
  {
    name: 'steady machines, five minutes',
    bucket: HOUR / 12,
    counts: series(HOUR / 12, (draws) => {
      const rate = 10 ** draws.between(1, 3)
      return (_place, factor) => draws.negativeBinomial(rate * factor, 0.0005)
    }),
  },
  {
    name: 'one hour in twenty written as zero',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(1.5, 4)
      return (place, factor) =>
        draws.next() < 0.05 ? 0 : draws.negativeBinomial(rate * working(place) * factor, 0.004)
    }),
  },
  {
    name: 'three times as much on the first of the month',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(1.5, 4)
      return (place, factor) => {
        const isFirst = new Date(START + place.day * 24 * HOUR).getUTCDate() === 1
        return draws.negativeBinomial(rate * working(place) * (isFirst ? 3 : 1) * factor, 0.004)
      }
    }),
  },
  {
    name: 'a batch every Monday',
    bucket: HOUR,
    counts: series(HOUR, (draws) => {
      const rate = 10 ** draws.between(0, 3)
      const [at, size] = [draws.below(24), draws.between(5, 30)]
      return (place, factor) =>
        draws.poisson(rate * working(place) * factor) +
        (place.day % 7 === 0 && Math.floor(place.hour) === at ? draws.negativeBinomial(size * rate * factor, 0.01) : 0)
    }),
  },
]

/** A series of this character; from hour `onset` on, for `hours`, only `left` of it comes. */
export function trackOf(
  character: Character,
  seed: number,
  fault?: { readonly onset: number; readonly hours: number; readonly left: number },
): Track {
  const draws = drawsOf(seed * 101 + CHARACTERS.indexOf(character))
  const factor: Mean = ({ day, hour }) => {
    const at = day * 24 + hour
    return fault !== undefined && at >= fault.onset && at < fault.onset + fault.hours ? fault.left : 1
  }
  const counts = character.counts(draws, factor)
  const end = fault === undefined ? counts.length : Math.round(((fault.onset + fault.hours) * HOUR) / character.bucket)
  return {
    name: `series-${seed}`,
    start: START,
    bucket: character.bucket,
    counts: counts.slice(0, end),
    totals: null,
    holidays: [],
  }
}
