import { HOUR } from '../../../src/model/time.ts'
import { assay } from './assay.ts'
import { SHARE_OF_BUDGET } from './cell.ts'
import type { Track } from './contender.ts'
import { drawsOf } from './draws.ts'
import { matches } from './faults.ts'
import { countsOf, type Kind, startOf, trafficOf, ZONE } from './generator.ts'
import { NO_FAULT, type Tally } from './tally.ts'

/** New events, each in a domain of two old ones. */
export interface NewcomerJob {
  readonly kinds: readonly Kind[]
  readonly group: number
}

/**
 * Whose season it borrows: of events whose day and weekend are like its own but not the same; of such that are far steadier than it is; of such that
 * have nothing to do with it; of none.
 */
const RELATIONS = ['with its like', 'with calmer ones', 'with strangers', 'alone'] as const
type Relation = (typeof RELATIONS)[number]

/** A fault in the newcomer's first days. */
interface EarlyFault {
  readonly name: string
  readonly left: number
  /** Hours since its first record: the least and the most. */
  readonly after: readonly [number, number]
}

const HOURS = 6
/** Deviations of an hour from the one before, where it isn't steady. */
const ROWDY = 0.15
const FAULTS: readonly EarlyFault[] = [
  { name: '-50 % for 6 h on day 2', left: 0.5, after: [24, 48] },
  { name: '-50 % for 6 h on days 3 to 6', left: 0.5, after: [48, 144] },
]
/** Weeks before the newcomer, and weeks of it. */
const BEFORE = 5
const WEEKS = 3

interface Domain {
  readonly newcomer: Track
  readonly old: readonly Track[]
  readonly rate: number
  readonly onset: number
  readonly end: number
}

/** What is found in its first days, and what is raised falsely in its first three weeks. */
export function runNewcomers({ kinds, group }: NewcomerJob): Tally[] {
  return RELATIONS.flatMap((relation) => {
    const found = FAULTS.map((fault): Tally => {
      const domains = kinds.map((kind) => domainOf(kind, group, relation, fault))
      const alarms = watched(domains, relation)
      const delays = domains.flatMap(({ newcomer, onset, end }) => {
        const own = alarms.filter(({ series }) => series === newcomer.name)
        const hit = own.find((each) => matches('down', each, onset, end))
        return hit === undefined ? [] : [(hit.openedAt - onset) / HOUR]
      })
      return tallied(`newcomer, ${relation}, ${fault.name}`, kinds, domains.length, delays.length, delays)
    })
    const domains = kinds.map((kind) => domainOf(kind, group, relation, null))
    const news = new Set(domains.map(({ newcomer }) => newcomer.name))
    const falsely = watched(domains, relation).filter(({ series }) => news.has(series))
    return [...found, tallied(`newcomer, ${relation}, ${NO_FAULT}`, kinds, WEEKS * domains.length, falsely.length, [])]
  })
}

function tallied(fault: string, kinds: readonly Kind[], n: number, hits: number, delays: readonly number[]): Tally {
  const { tier = 'all', rate = 0 } = kinds[0] ?? {}
  return { fault, tier: `new, ${tier}`, rate, contender: 'assay', n, hits, delays }
}

function watched(domains: readonly Domain[], relation: Relation) {
  const tracks = domains.flatMap(({ newcomer, old }) => [newcomer, ...old])
  const lenders = new Map(domains.map(({ newcomer, old }) => [newcomer.name, old.map(({ name }) => name)]))
  const settings = { zone: ZONE, falseAlarmsPerWeek: SHARE_OF_BUDGET * tracks.length }
  if (relation === 'alone') return assay(tracks, settings)
  return assay(tracks, { ...settings, lendersOf: (series) => lenders.get(series) ?? [] })
}

/** Three platforms' counts stand for three events: they share the days and hours that are off, and differ in phase, weekend and size. */
function domainOf(kind: Kind, group: number, relation: Relation, fault: EarlyFault | null): Domain {
  const start = startOf(group)
  const draws = drawsOf(kind.seed * 31 + 23)
  const place = kind.seed % 3
  const first = BEFORE * 168 + draws.below(168)
  const onset = fault === null ? 0 : first + fault.after[0] + draws.below(fault.after[1] - fault.after[0])
  const own = trafficOf({ ...kind, rate: kind.rate * 3, weeks: BEFORE + WEEKS + 1 }, start)
  const left = fault?.left ?? 1
  const isFaulty = (hour: number): boolean => fault !== null && hour >= onset && hour < onset + HOURS
  let off = 0
  const noise = (): number => {
    off = 0.6 * off + ROWDY * draws.normal()
    return relation === 'with calmer ones' ? Math.exp(off) : 1
  }
  const ownMeans = own.means.map((each, index) =>
    index === place ? each.map((mean, hour) => noise() * (isFaulty(hour) ? mean * left : mean)) : each,
  )
  const other = trafficOf({ ...kind, seed: kind.seed + 500_000, rate: kind.rate * 3, weeks: BEFORE + WEEKS + 1 }, start)
  const others = countsOf(relation === 'with strangers' ? other : own)
  const last = fault === null ? first + WEEKS * 168 : onset + HOURS
  const tracks = countsOf({ ...own, means: ownMeans }).map((counts, index): Track => {
    const from = index === place ? first : 0
    const name = `${index === place ? 'new' : `old-${index}`}-${kind.seed}`
    const at = { start: start + from * HOUR, bucket: HOUR, holidays: own.holidays }
    return {
      name,
      ...at,
      counts: (index === place ? counts : (others[index] ?? counts)).slice(from, last),
      totals: null,
    }
  })
  const [newcomer] = tracks.filter((_, index) => index === place)
  if (newcomer === undefined) throw new Error('there are three platforms')
  return {
    newcomer,
    old: tracks.filter((track) => track !== newcomer),
    rate: kind.rate,
    onset: start + onset * HOUR,
    end: start + (onset + HOURS) * HOUR,
  }
}
