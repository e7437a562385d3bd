import { HOUR, type Instant } from '../../../src/model/time.ts'
import type { Contender } from './contender.ts'
import { type Kind, trafficOf } from './generator.ts'

/** What no detector has: how many of a part are to be expected, hour by hour, the luck of the day and the hour included. */
interface Truth {
  readonly means: Float64Array
  /** Variance of an hour's count beyond its mean, divided by the mean squared. */
  readonly dispersion: number
}

export const PERFECT = 'perfect knowledge'
/** Within so many hours a part that is gone is to be found: the rule that finds most of them waits for all of it. */
const HOURS = 3
/** Silences that begin longer ago than this add nothing that could be measured. */
const REACH = 24

/**
 * The hours at whose end silence of `HOURS` is an alarm, so that the most beginnings of a fault are found at no more false alarms than allowed: the test of
 * J. Neyman and E. S. Pearson (1933) with everything known. Given the means, counts of different hours and parts are independent, so nothing but the hours of the silence itself
 * tells of it. A false alarm is a run of hours without a record in which one of the chosen ends. By Lagrange's multiplier: an hour is worth
 * one, an expected false alarm `price`; the price is the least that keeps to the allowance (of hours that are worth the same it
 * takes all or none).
 */
export function perfectHours({ means, dispersion }: Truth, allowedPerWeek: number): Chosen {
  const nats = means.map((mean) => natsOf(mean, dispersion))
  const allowed = (allowedPerWeek * nats.length) / 168
  const all = chosenAt(nats, 0)
  if (all.cost <= allowed) return all
  let [low, high] = [0, 1]
  while (chosenAt(nats, high).cost > allowed) high *= 2
  for (let step = 0; step < 30; step++) {
    const price = (low + high) / 2
    if (chosenAt(nats, price).cost > allowed) low = price
    else high = price
  }
  return chosenAt(nats, high)
}

/** Hours at whose end silence is an alarm, and how many false alarms that makes to be expected. */
export interface Chosen {
  readonly hours: ReadonlySet<number>
  readonly cost: number
}

/** Minus the logarithm of the chance that an hour has none. */
function natsOf(mean: number, dispersion: number): number {
  return dispersion > 0 ? Math.log1p(dispersion * mean) / dispersion : mean
}

/**
 * The best choice at a price. A chosen hour adds the runs that have no alarm yet: silent since `HOURS` ago, less those that were silent already when the one chosen before it ended
 * its own hours.
 */
function chosenAt(nats: Float64Array, price: number): Chosen {
  const until = new Float64Array(nats.length + 1)
  nats.forEach((each, hour) => {
    until[hour + 1] = (until[hour] ?? 0) + each
  })
  const silent = (from: number, to: number): number => Math.exp((until[from] ?? 0) - (until[to + 1] ?? 0))
  const added = (before: number, hour: number): number =>
    silent(hour - HOURS + 1, hour) - (before < 0 ? 0 : silent(before - HOURS + 1, hour))
  // Best worth of choices whose last hour is this one, and the hour chosen before it.
  const worth = new Float64Array(nats.length)
  const previous = new Int32Array(nats.length).fill(-1)
  // The same of any hour so far: what lies further back than the reach.
  let far = -1
  let best = -1
  for (let hour = HOURS - 1; hour < nats.length; hour++) {
    const beyond = hour - REACH
    if (beyond >= HOURS - 1 && (worth[beyond] ?? 0) > (far < 0 ? 0 : (worth[far] ?? 0))) far = beyond
    let most = (far < 0 ? 0 : (worth[far] ?? 0)) - price * silent(hour - HOURS + 1, hour)
    previous[hour] = far
    for (let before = Math.max(HOURS - 1, beyond + 1); before < hour; before++) {
      const one = (worth[before] ?? 0) - price * added(before, hour)
      if (one < most) continue
      most = one
      previous[hour] = before
    }
    worth[hour] = most + 1
    if (most + 1 > (best < 0 ? 0 : (worth[best] ?? 0))) best = hour
  }
  const hours = new Set<number>()
  let cost = 0
  for (let hour = best; hour >= 0; hour = previous[hour] ?? -1) {
    hours.add(hour)
    cost += added(previous[hour] ?? -1, hour)
  }
  return { hours, cost }
}

/** The rule, for tracks of platforms of these kinds: an alarm a run of hours without a record in which one of the chosen ends. */
export function perfectKnowledge(kinds: readonly Kind[], start: Instant): Contender {
  return (tracks, { falseAlarmsPerWeek }) =>
    tracks.flatMap(({ name, counts, ...track }, index) => {
      const kind = kinds[index]
      if (kind === undefined) throw new Error(`${name} is of no kind`)
      const { means, dispersion } = trafficOf(kind, start)
      const own = means[kind.seed % means.length] ?? new Float64Array(0)
      const { hours } = perfectHours({ means: own, dispersion: dispersion / 12 }, falseAlarmsPerWeek / tracks.length)
      const skipped = Math.round((track.start - start) / HOUR)
      return alarmsAt(counts, (hour) => hours.has(hour + skipped)).map((hour) => {
        const openedAt = track.start + (hour + 1) * HOUR
        return { series: name, kind: 'share', direction: 'down', openedAt } as const
      })
    })
}

/** Hours that raise an alarm. */
export function alarmsAt(counts: Float64Array, isChosen: (hour: number) => boolean): number[] {
  const alarms: number[] = []
  let silent = 0
  let isTold = false
  counts.forEach((count, hour) => {
    silent = count > 0 ? 0 : silent + 1
    if (silent === 0) isTold = false
    if (silent < HOURS || isTold || !isChosen(hour)) return
    isTold = true
    alarms.push(hour)
  })
  return alarms
}
