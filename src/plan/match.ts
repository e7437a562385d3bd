import semver from 'semver'
import type { ContractVersion, EventPlan } from './plan.ts'

/**
 * An app version as three numbers: `4.3` is 4.3.0, `v4.2.0.1234` is 4.2.0; null for what is none. A pre-release is read as the
 * release that it leads to: it sends what that one will send.
 */
export function readAppVersion(text: string | null): string | null {
  if (text === null || !/^v?\d{1,15}(?:$|[.\s+(-])/i.test(text)) return null
  return semver.coerce(text)?.version ?? null
}

/** Whether an app version lies in a range. */
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
