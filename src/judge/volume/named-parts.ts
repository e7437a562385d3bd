import { type HeavyHitters, keptNames, takeHitters } from './heavy-hitters.ts'
import { OTHERS } from './watched.ts'

/** Names that stand for many are no platform. */
const UNNAMED = new Set(['', '__other__'])

/** Takes in an hour's counts by name, `all` with others' records as well; `cap`: how many names may have a series. Answers those that no longer have one. */
export function takeNamed(
  hitters: HeavyHitters,
  own: ReadonlyMap<string, number>,
  all: ReadonlyMap<string, number>,
  cap: number,
): readonly string[] {
  const isNamed = (counts: ReadonlyMap<string, number>) => ![...UNNAMED].some((name) => counts.has(name))
  const named = (counts: ReadonlyMap<string, number>) =>
    isNamed(counts) ? counts : new Map([...counts].filter(([name]) => !UNNAMED.has(name)))
  return takeHitters(hitters, named(own), named(all), cap)
}

/** The counts of those that have a series, and of the rest together once the cap has left one out; none where there are fewer than `least`. */
export function partsOf(
  hitters: HeavyHitters,
  counts: ReadonlyMap<string, number>,
  least: number,
): readonly { readonly value: string; readonly count: number }[] {
  const kept = keptNames(hitters)
  if (kept.length < least) return []
  const found = kept.map((value) => ({ value, count: counts.get(value) ?? 0 }))
  if (!hitters.pooled) return found
  let rest = 0
  for (const [name, count] of counts) if (name !== '' && !kept.includes(name)) rest += count
  return [...found, { value: OTHERS, count: rest }]
}
