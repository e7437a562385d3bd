import { clamp } from './residual.ts'
import type { ShareStep, ShareSteps } from './share-deviation.ts'
import { type Held, noneNats } from './share-evidence.ts'
import { levelNow, shapeOf, type ShareWhole } from './share-whole.ts'
import { usualTotal } from './share-profile.ts'

/** What the newest steps of a share hold, and say of how likely none of the part would be in them. */
export interface Newest {
  /** Minus the logarithm of that chance; the same of the newest step alone; and whether it is as much as is asked for. */
  readonly nats: number
  readonly own: number
  readonly suffices: boolean
  readonly steps: number
  /** Records, and how many of the part were to be expected among them; and in all, of what usually comes. */
  readonly total: number
  readonly expected: number
  readonly part: number
}

/** What is asked for: so many nats, and more as long as not all steps are waited for; `isSilent`: in steps in which none of the part came. */
export interface Asked {
  readonly nats: number
  readonly early: number
  readonly most: number
  readonly isSilent: boolean
}

/** Minus the logarithm of the chance that none of so many records is one of the part. */
export function natsOf(total: number, share: number): number {
  return -total * Math.log1p(-clamp(share, 0, 0.999))
}

/** What the newest steps hold: if they are to be silent, as many as are and may be; else the fewest that suffice. */
export function newest(series: ShareSteps, now: ShareStep, whole: ShareWhole, asked: Asked): Newest {
  const { profile, counts, totals, slots } = series
  const first = Math.max(series.first, series.since)
  const { step, k, n, p } = now
  const size = totals.length
  const level = levelNow(whole, now.days)
  const shape = shapeOf(whole)
  let total = n
  let expected = n * p
  const held = { rest: n - k, expectedRest: 0, expectedPart: 0 }
  let steps = 1
  let isKnown = level > 0 && expect(now.slot, p)
  const own = read()
  let nats = own
  let suffices = isEnough()
  for (
    let index = step.index - 1;
    (asked.isSilent || !suffices) && steps < Math.min(size, asked.most) && index >= first;
    index -= 1
  ) {
    const past = totals[index % size] ?? -1
    const had = counts[index % size] ?? 0
    if (asked.isSilent && past > 0 && had > 0) break
    steps += 1
    if (past > 0) {
      const share = series.expected[index % size] ?? 0
      total += past
      expected += past * share
      held.rest += past - had
      isKnown = expect(slots[index % size] ?? 0, share) && isKnown
      nats = read()
    }
    suffices = suffices || isEnough()
  }
  return { nats, own, suffices, steps, total, expected, part: isKnown ? partOf(held, shape) : expected }

  function isEnough(): boolean {
    return nats >= asked.nats + (steps < asked.most ? asked.early : 0)
  }

  function expect(at: number, share: number): boolean {
    const usual = level * usualTotal(profile, at)
    held.expectedRest += usual * (1 - share)
    held.expectedPart += usual * share
    return usual > 0
  }

  function read(): number {
    return isKnown ? noneNats(held, shape) : natsOf(total, expected / total)
  }
}

/** Of the part, what the rest makes of what usually comes. */
function partOf({ rest, expectedRest, expectedPart }: Held, shape: number): number {
  return (expectedPart * (shape + rest)) / (shape + expectedRest)
}
