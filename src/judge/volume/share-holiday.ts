import type { CivilStep } from './civil.ts'
import { EVE_HOURS, type HolidayView } from './holiday.ts'
import { clamp, type WindowState } from './residual.ts'
import { shareDeviation, type ShareSteps } from './share-deviation.ts'
import { expectedShare, shiftedShare, shiftOf, slotOf } from './share-profile.ts'

/** By which factor of its odds a holiday may move a share for the whole day. */
const MOST = 1.3
/** By so many nats a holiday must explain today better than an ordinary day does. */
const PLAIN = 6

/**
 * What `holidayView` is to counts, for a share: a holiday has, from local midnight on, the mix of a day of either type, moved by one factor; a
 * fault begins at any hour. `steps` are the shares expected of the steps since midnight.
 */
export function shareHolidayView(
  series: ShareSteps,
  step: CivilStep,
  k: number,
  n: number,
  p: number,
  { phi, sigma }: WindowState,
): HolidayView {
  const size = series.totals.length
  const eve = Math.max(1, Math.round((EVE_HOURS * step.perDay) / 24))
  const days = (step.index - series.first) / step.perDay
  const midnight = step.index - step.sinceMidnight
  const from = Math.max(series.first, midnight - eve, step.index - size + 1)
  const counts: number[] = []
  const totals: number[] = []
  const own: number[] = []
  const other: number[] = []
  for (let index = from; index <= step.index; index += 1) {
    const now = index === step.index
    const total = now ? n : (series.totals[index % size] ?? -1)
    const expected = now ? p : (series.expected[index % size] ?? 0)
    counts.push(now ? k : (series.counts[index % size] ?? 0))
    // Unobserved: says nothing for either.
    totals.push(Math.max(0, total))
    own.push(expected)
    const hour = Math.floor(((index - midnight) * 24) / step.perDay)
    other.push(index < midnight ? expected : expectedShare(series.profile, slotOf(1, hour), days))
  }
  const eves = Math.max(0, midnight - from)
  const loss = (shares: readonly number[]): number => {
    let sum = 0
    for (const [place, total] of totals.entries()) {
      if (total <= 0) continue
      const u = shareDeviation(counts[place] ?? 0, total, shares[place] ?? 0, phi) / sigma
      sum += 0.5 * Math.min(u * u, 36)
    }
    return sum
  }
  const fitted = (shares: readonly number[], onset: number, most: number): number[] => {
    let counted = 0
    let all = 0
    let mean = 0
    for (let place = onset; place < shares.length; place += 1) {
      counted += counts[place] ?? 0
      all += totals[place] ?? 0
      mean += (totals[place] ?? 0) * (shares[place] ?? 0)
    }
    if (all <= 0) return [...shares]
    const shift = clamp(shiftOf(counted / all, mean / all), 1 / most, most)
    return shares.map((share, place) => (place >= onset ? shiftedShare(share, shift) : share))
  }
  const candidates = [fitted(own, eves, MOST), fitted(other, eves, MOST)]
  const [best = own] = candidates.toSorted((a, b) => loss(a) - loss(b))
  let asFault = Number.POSITIVE_INFINITY
  for (let onset = 0; onset < counts.length; onset += 1)
    if (onset !== eves) asFault = Math.min(asFault, loss(fitted(own, onset, 1e6)))
  // Where today alone is hardly out of the ordinary, it isn't today that the alarm is about.
  const against = loss(own) - loss(best) < PLAIN ? Number.POSITIVE_INFINITY : loss(best) - asFault
  return { against, steps: best.slice(eves) }
}
