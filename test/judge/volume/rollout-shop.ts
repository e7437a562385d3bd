import { volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { judgeHour } from '../../../src/judge/volume/judge-hour.ts'
import type { StandingAlarm } from '../../../src/judge/volume/reading.ts'
import { isRelative } from '../../../src/judge/volume/relative.ts'
import { standingAlarms } from '../../../src/judge/volume/standing-alarms.ts'
import type { EventHour, WatchedSeries } from '../../../src/judge/volume/watched.ts'
import { watching } from '../../../src/judge/volume/watching.ts'
import { DAY, HOUR, type Instant } from '../../../src/model/time.ts'
import { seeded } from '../../support/random.ts'

export const SHOP_START: Instant = Date.UTC(2026, 0, 5)
/** Six events of one domain: records an hour, on average. */
const LEVELS: Readonly<Record<string, number>> = { A: 800, B: 400, C: 300, D: 120, E: 60, F: 25 }
const EVENTS = Object.keys(LEVELS)
const PLATFORMS = { web: 0.5, ios: 0.27, android: 0.23 }
const WEIGHTS: Readonly<Record<string, number>> = { domain: 0.5, family: 0.25 }

/** What is sent of an ordinary hour's records: 1 all, 0 none. `newest`: of the platform's families the one last begun. */
export type Fault = (of: { event: string; platform: string; newest: boolean; hour: number }) => number

/**
 * A domain whose apps release a new family of versions on each platform every ten to twenty days, rolled out over hours (web) or
 * days; those who take it first behave differently. Days differ for all events together by 8 %, for each by 3 %.
 */
export function rolloutShop(seed: number, weeks: number, fault: Fault = () => 1): readonly (readonly EventHour[])[] {
  const random = seeded(seed * 7_919)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  const poisson = (mean: number): number => {
    if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    let count = 0
    let chance = Math.exp(-mean)
    for (let left = random.next() - chance; left > 0 && count < 500; left -= chance) chance *= mean / ++count
    return count
  }
  const releases = Object.keys(PLATFORMS).map((platform) => {
    const starts = [-2_000]
    for (let at = 24 * (10 + random.below(11)); at < weeks * 168; at += 24 * (10 + random.below(11))) starts.push(at)
    return { platform, starts, hours: platform === 'web' ? 2 : 20 + 20 * random.next() }
  })
  const early = EVENTS.map(() => 0.12 * normal())
  const slow = { day: 0, hour: 0, days: EVENTS.map(() => 0), hours: EVENTS.map(() => 0) }
  return Array.from({ length: weeks * 168 }, (_, hour): EventHour[] => {
    const ofDay = hour % 24
    const weekend = hour % 168 >= 120 ? 1 : 0
    if (ofDay === 0) {
      slow.day = 0.5 * slow.day + 0.08 * normal()
      slow.days = slow.days.map((day) => 0.5 * day + 0.03 * normal())
    }
    slow.hour = 0.7 * slow.hour + 0.05 * normal()
    slow.hours = slow.hours.map((own) => 0.6 * own + 0.03 * normal())
    const shape = 0.8 * Math.cos((2 * Math.PI * (ofDay - 15)) / 24) + 0.3 * weekend + slow.day + slow.hour
    return EVENTS.map((event, index) => {
      const own = (slow.hours[index] ?? 0) + (slow.days[index] ?? 0) + 0.05 * (index - 2.5) * weekend
      const level = (LEVELS[event] ?? 0) * Math.exp(shape + own)
      const platforms = new Map<string, number>()
      const families = new Map<string, number>()
      for (const { platform, starts, hours } of releases) {
        const begun = starts.filter((at) => at <= hour)
        let left = 1
        for (let version = begun.length - 1; version >= 0 && left > 1e-4; version--) {
          const age = hour - (begun[version] ?? 0)
          const taken = version === 0 ? 1 : Math.min(0.995, 1 / (1 + Math.exp(-(age - 3 * hours) / hours)))
          const first = version === 0 ? 0 : (early[index] ?? 0) * Math.exp(-age / (2.5 * hours))
          const newest = version === begun.length - 1
          const part = PLATFORMS[platform as keyof typeof PLATFORMS] * left * taken
          left *= 1 - taken
          const count = poisson(level * part * Math.exp(first) * fault({ event, platform, newest, hour }))
          platforms.set(platform, (platforms.get(platform) ?? 0) + count)
          families.set(`${platform}+4.${version}`, count)
        }
      }
      const received = [...platforms.values()].reduce((sum, count) => sum + count, 0)
      const nothing = { backfilled: 0, invalid: 0, incomplete: 0, identified: 0, duplicates: 0, unfilled: new Map() }
      return { event, source: null, start: SHOP_START + hour * HOUR, received, platforms, families, ...nothing }
    })
  })
}

/** An alarm that was told, and in which hour first. */
export interface Told extends StandingAlarm {
  readonly hour: number
}

/** What is told of a domain's hours at one false alarm a week. */
export function toldOf(hours: readonly (readonly EventHour[])[]): readonly Told[] {
  const domainOf = () => 'checkout'
  const found = watching({ domainOf, propertiesOf: () => [] })
  const series = new Map<string, WatchedSeries>()
  const fleet = volumeFleet({
    timezone: 'Europe/Berlin',
    falseAlarmsPerWeek: 1,
    isSeasonless: (name) => isRelative(series.get(name)),
    lendersOf: found.lendersOf,
    weightOf: (name) => WEIGHTS[series.get(name)?.aspect ?? ''] ?? 1,
  })
  const standing = standingAlarms((name) => series.get(name))
  const judge = { fleet, standing, series, domainOf }
  const told = new Map<string, Told>()
  for (const [hour, events] of hours.entries()) {
    const start = SHOP_START + hour * HOUR
    for (const each of judgeHour(judge, found.take(events), events, start).told) {
      const key = `${each.series.name} ${each.alarm.openedAt}`
      if (!told.has(key)) told.set(key, { ...each, hour })
    }
  }
  return [...told.values()]
}

/** Weeks in hours. */
export const WEEK = (7 * DAY) / HOUR
