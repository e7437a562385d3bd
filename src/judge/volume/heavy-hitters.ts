/** What a stream has of one name: how much lately, and whether it has a series. */
interface Hitter {
  /** Sums in which an hour counts half after a day. */
  own: number
  /** Of everybody who has it: what keeps a series once there is one, so that one that collapses isn't forgotten for it. */
  all: number
  kept: boolean
}

/** The names of a stream that have a series of their own: the largest, within a cap. Plain data. */
export interface HeavyHitters {
  readonly names: Map<string, Hitter>
  /** Whether the cap has ever left one out: from then on the rest is a series too. */
  pooled: boolean
}

/** An hour's weight after a day is a half. */
const KEEPS = 0.5 ** (1 / 24)
/** Begins with this many records of late. */
const ENTERS = 20
/** Leaves when so few are left of it anywhere. */
const LEAVES = 2
/** Names that are followed, those without a series included. */
const FOLLOWED = 64

export function emptyHitters(): HeavyHitters {
  return { names: new Map(), pooled: false }
}

/**
 * Takes in an hour: `own` by name, `all` by name with others' records as well. The largest enter while there is room; none is displaced,
 * but what has died out leaves. `cap`: how many may have a series. Answers those that left.
 */
export function takeHitters(
  hitters: HeavyHitters,
  own: ReadonlyMap<string, number>,
  all: ReadonlyMap<string, number>,
  cap: number,
): readonly string[] {
  const { names } = hitters
  for (const hitter of names.values()) {
    hitter.own *= KEEPS
    hitter.all *= KEEPS
  }
  for (const [name, count] of own) {
    const hitter = names.get(name) ?? { own: 0, all: 0, kept: false }
    hitter.own += count
    names.set(name, hitter)
  }
  for (const [name, count] of all) {
    const hitter = names.get(name)
    if (hitter !== undefined) hitter.all += count
  }
  const left: string[] = []
  let unkept = 0
  for (const [name, hitter] of names) {
    if (Math.max(hitter.own, hitter.all) < LEAVES) {
      names.delete(name)
      if (hitter.kept) left.push(name)
    } else if (!hitter.kept) unkept += 1
  }
  // Nobody waits: as it is, hour by hour, with nearly all streams.
  if (unkept === 0) return left
  const ranked = [...names].sort(
    ([a, m], [b, n]) => Number(n.kept) - Number(m.kept) || n.own - m.own || (a < b ? -1 : 1),
  )
  for (const [name] of ranked.slice(FOLLOWED)) names.delete(name)
  let room = cap - ranked.filter(([, { kept }]) => kept).length
  for (const [, hitter] of ranked) {
    if (hitter.kept || hitter.own < ENTERS) continue
    if (room > 0) hitter.kept = true
    else hitters.pooled = true
    room -= 1
  }
  return left
}

/** Sorted. */
export function keptNames({ names }: HeavyHitters): readonly string[] {
  const found: string[] = []
  for (const [name, { kept }] of names) if (kept) found.push(name)
  return found.sort()
}

/** Names that have no series of their own. */
export function unkeptCount({ names }: HeavyHitters): number {
  let count = 0
  for (const { kept } of names.values()) if (!kept) count += 1
  return count
}
