import { createHash } from 'node:crypto'
import { newMember } from '../../judge/volume/member.ts'
import { streamKey } from '../../judge/volume/watched.ts'
import { HOUR, type Instant } from '../../model/time.ts'
import type { KnownChange, Plan } from '../../plan/plan.ts'
import { holidaysOf } from './known-changes.ts'
import { watchedStreams, weightOf } from './watched-streams.ts'
import { watchingOptions } from './watching-options.ts'

/** To be raised when states are to be thought of differently though they look the same. */
const FORMAT = 8

/** What a plan says of one watched stream, as far as what was learnt of it rests on that. Plain data. */
export interface StreamTerms {
  readonly key: string
  readonly weight: number
  readonly domain: string | null
  readonly properties: readonly string[]
  /** From when to when its level is taken as it comes. */
  readonly launches: readonly (readonly [from: Instant, to: Instant])[]
}

/** Of each stream that a plan watches. */
export function streamTerms(plan: Plan): readonly StreamTerms[] {
  const { domainOf, propertiesOf } = watchingOptions(plan)
  return watchedStreams(plan).map((stream) => ({
    key: streamKey(stream),
    weight: weightOf(plan, stream.event),
    domain: domainOf(stream.event),
    properties: propertiesOf(stream.event),
    launches: (plan.volume?.known ?? []).flatMap((change) =>
      isLaunch(change) && change.events?.has(stream.event) === true ? [[change.from, change.to] as const] : [],
    ),
  }))
}

/** What only those streams have learnt from that it is about: of others that come later it is no matter. */
function isLaunch({ kind, events }: KnownChange): boolean {
  return kind === 'launch' && events !== null
}

/**
 * Whether a plan watches all that was watched, as it was up to `upTo`. It may watch more: a new stream begins with the hours that are kept, a new
 * property with the next, as nobody counted before how often it was missing.
 */
export function goesOnFrom(before: readonly StreamTerms[], plan: Plan, upTo: Instant): boolean {
  const now = new Map(streamTerms(plan).map((terms) => [terms.key, terms]))
  const past = (launches: StreamTerms['launches'] = []): string =>
    JSON.stringify(launches.filter(([from]) => from < upTo))
  return before.every(({ key, weight, domain, properties, launches }) => {
    const terms = now.get(key)
    return (
      terms?.weight === weight &&
      terms.domain === domain &&
      past(terms.launches) === past(launches) &&
      properties.every((property) => terms.properties.includes(property))
    )
  })
}

/** Of what a plan says about all series, and about their hours before `upTo`: what else it says is no matter. */
export function settingsHash(plan: Plan, upTo: Instant): string {
  const known = (plan.volume?.known ?? []).flatMap((change) => {
    const { kind, from, to, events } = change
    return isLaunch(change) ? [] : [{ kind, from, to, events: events === null ? null : [...events].sort() }]
  })
  const past = [...holidaysOf(plan), ...known].filter(({ from }) => from < upTo)
  return hashOf([plan.timezone, plan.volume?.falseAlarmsPerWeek ?? 1, past])
}

/** Of the layout of a series' state, so that a program that keeps other fields begins anew, even where nobody thought of `FORMAT`. */
export function formatHash(): string {
  const bucket = { start: 0, length: HOUR, count: 0, total: null }
  const samples = [newMember(bucket), newMember({ ...bucket, total: 0 }), newMember({ ...bucket, length: HOUR / 12 })]
  return hashOf([FORMAT, samples.map(layoutOf)])
}

function layoutOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [value.constructor.name, value.byteLength]
  if (Array.isArray(value)) return value.map(layoutOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.entries(value).map(([key, field]) => [key, layoutOf(field)])
}

function hashOf(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16)
}
