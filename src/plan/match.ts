import semver from 'semver'
import type { ContractVersion, EventPlan } from './plan.ts'

/** An app version as semver reads it: `4.3` is 4.3.0, `v4.2.0.1234` is 4.2.0; null for what is none. */
export function readAppVersion(text: string | null): string | null {
  if (text === null || !/^v?\d/i.test(text)) return null
  return semver.valid(text) ?? semver.coerce(text)?.version ?? null
}

/** Whether an app version lies in a range; a pre-release counts as the release it leads to. */
export function inRange(appVersion: string, range: string): boolean {
  return semver.satisfies(appVersion, range, { includePrerelease: true })
}

/**
 * The version of an event's contract that judges a record: the highest whose `applies_from` holds; without an app version the
 * highest without `applies_from`, else the highest; if none holds, the lowest.
 */
export function contractFor(event: EventPlan, appVersion: string | null): ContractVersion {
  const [lowest] = event.versions
  const highest = event.versions.at(-1)
  if (lowest === undefined || highest === undefined) throw new RangeError(`${event.name} has no contract version`)
  const known = readAppVersion(appVersion)
  if (known === null) return event.versions.findLast(({ appliesFrom }) => appliesFrom === null) ?? highest
  return event.versions.findLast((contract) => contract.applies(known)) ?? lowest
}
