import type { Chance, Weighted } from './chance.ts'

export type Platform = 'web' | 'ios' | 'android'

/** The program that a message comes from. */
export interface Client {
  readonly platform: Platform
  readonly version: string
}

/** A version that is being rolled out on a platform, and to what share of it. */
export interface Rollout extends Client {
  readonly share: number
}

const PLATFORMS: readonly [Weighted<Platform>, ...Weighted<Platform>[]] = [
  ['web', 0.5],
  ['ios', 0.25],
  ['android', 0.25],
]

const VERSIONS: Readonly<Record<Platform, readonly [Weighted<string>, ...Weighted<string>[]]>> = {
  web: [
    ['7.8.1', 0.75],
    ['7.8.0', 0.25],
  ],
  ios: [
    ['4.2.1', 0.7],
    ['4.2.0', 0.3],
  ],
  android: [
    ['4.2.1', 0.65],
    ['4.2.0', 0.25],
    ['4.1.9', 0.1],
  ],
}

/** Who sends a message while these versions are being rolled out. */
export function clientOf(chance: Chance, rollouts: readonly Rollout[]): Client {
  const platform = chance.weighted(PLATFORMS)
  const version = chance.weighted(VERSIONS[platform])
  const lot = chance.next()
  const rolled = rollouts.find((rollout) => rollout.platform === platform && lot < rollout.share)
  return { platform, version: rolled?.version ?? version }
}

const LIBRARIES: Readonly<Record<Platform, { readonly name: string; readonly version: string }>> = {
  web: { name: 'analytics.js', version: '1.84.3' },
  ios: { name: 'analytics-swift', version: '1.8.0' },
  android: { name: 'analytics-kotlin', version: '1.20.0' },
}

/** Segment's `context` of a message from this client. */
export function contextOf({ platform, version }: Client): Readonly<Record<string, unknown>> {
  const context = { app: { name: 'Shop', version }, library: LIBRARIES[platform], locale: 'de-DE' }
  return platform === 'web' ? { ...context, platform } : { ...context, platform, device: { type: platform } }
}
