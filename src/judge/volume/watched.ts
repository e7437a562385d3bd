import type { Instant } from '../../model/time.ts'

/** What is watched apart from all else: an event from one source, or from all of them together (null). */
export interface WatchedStream {
  readonly event: string
  readonly source: string | null
}

/** What one hour holds of one stream. */
export interface EventHour extends WatchedStream {
  readonly start: Instant
  /** Without those more than a day late. */
  readonly received: number
  /** Records more than a day late. They are in the counts below, but not in those by platform and family. */
  readonly backfilled: number
  readonly invalid: number
  readonly incomplete: number
  readonly identified: number
  readonly duplicates: number
  /** Records by platform; names over a cap are one. */
  readonly platforms: ReadonlyMap<string, number>
  /** Records by `familyOf` of their client. */
  readonly families: ReadonlyMap<string, number>
  /** Records without a watched property, by property. */
  readonly unfilled: ReadonlyMap<string, number>
}

/**
 * What a series is about. Shares of the event's own records: `platform`, `invalid`, `incomplete`, `property` (one that isn't filled),
 * `duplicates`. Shares of what its domain counts: `domain`, and `family` for one family of app versions alone, which a rollout
 * moves in the event and in the domain alike.
 */
export type Aspect = 'total' | 'platform' | 'family' | 'domain' | 'invalid' | 'incomplete' | 'property' | 'duplicates'

export interface WatchedSeries extends WatchedStream {
  /** Unique, and readable. */
  readonly name: string
  readonly aspect: Aspect
  /** The platform, family, domain or property; null for other aspects. */
  readonly value: string | null
}

/** One bucket of one series. */
export interface WatchedBucket {
  readonly series: WatchedSeries
  readonly count: number
  readonly total: number | null
}

/** Stands for every platform or family that has no series of its own. */
export const OTHERS = 'others'

const WORDS: Readonly<Record<Aspect, string>> = {
  total: '',
  platform: 'on',
  family: 'in',
  domain: 'of',
  invalid: 'invalid',
  incomplete: 'incomplete',
  property: 'without',
  duplicates: 'duplicates',
}

/** Tells streams apart. */
export function streamKey({ event, source }: WatchedStream): string {
  return source === null ? event : `${event} · from · ${source}`
}

/** A series' name. `value`: the platform, family, domain or property. */
export function seriesName(stream: WatchedStream, aspect: Aspect, value: string | null = null): string {
  return [streamKey(stream), WORDS[aspect], value ?? ''].filter((word) => word !== '').join(' · ')
}

/** The family of an app version: its platform and `major.minor`, such as `ios+4.2`; null of a version that isn't written so. */
export function familyOf(platform: string, appVersion: string): string | null {
  const [, family] = /^v?(\d{1,6}\.\d{1,6})(?!\d)/.exec(appVersion) ?? []
  if (family === undefined) return null
  return platform === '' ? family : `${platform}+${family}`
}
