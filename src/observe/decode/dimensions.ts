import type { Dimensions } from '../../model/record.ts'
import { readName } from './text.ts'

const REMEMBERED = 10_000

/** By platform, app version and library. */
const shared = new Map<string | null, Map<string | null, Map<string | null, Dimensions>>>()
let size = 0

/** One and the same object for the same values, so that it can be looked up by identity and takes no memory a record. */
export function dimensionsOf(platform: string | null, appVersion: string | null, library: string | null): Dimensions {
  return shared.get(platform)?.get(appVersion)?.get(library) ?? remember(platform, appVersion, library)
}

function remember(platform: string | null, appVersion: string | null, library: string | null): Dimensions {
  if (size >= REMEMBERED) {
    shared.clear()
    size = 0
  }
  const made: Dimensions = { appVersion, platform, library }
  const byVersion = shared.get(platform) ?? new Map<string | null, Map<string | null, Dimensions>>()
  const byLibrary = byVersion.get(appVersion) ?? new Map<string | null, Dimensions>()
  shared.set(platform, byVersion)
  byVersion.set(appVersion, byLibrary)
  byLibrary.set(library, made)
  size += 1
  return made
}

/**
 * `make` with its answers remembered, by the values as they were sent. Only for texts that are short, and what isn't said:
 * a sender can't fill the memory with others.
 */
export function rememberingDimensions(make: MakeDimensions): MakeDimensions {
  const known = new Map<unknown, Map<unknown, Map<unknown, Dimensions>>>()
  let room = REMEMBERED

  function added(platform: unknown, version: unknown, library: unknown): Dimensions {
    const made = make(platform, version, library)
    if (!isShort(platform) || !isShort(version) || !isShort(library)) return made
    if (room === 0) {
      known.clear()
      room = REMEMBERED
    }
    const byVersion = known.get(platform) ?? new Map<unknown, Map<unknown, Dimensions>>()
    const byLibrary = byVersion.get(version) ?? new Map<unknown, Dimensions>()
    known.set(platform, byVersion)
    byVersion.set(version, byLibrary)
    byLibrary.set(library, made)
    room -= 1
    return made
  }

  return (platform, version, library) =>
    known.get(platform)?.get(version)?.get(library) ?? added(platform, version, library)
}

/** Dimensions of what a payload says, whatever that is. */
type MakeDimensions = (platform: unknown, version: unknown, library: unknown) => Dimensions

const SHORT = 200

function isShort(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.length <= SHORT)
}

/** Where nothing is said. */
export const NO_DIMENSIONS: Dimensions = dimensionsOf(null, null, null)

/** A version as senders write it, some as a number. */
export function readVersion(value: unknown): string | null {
  return readName(typeof value === 'number' && Number.isFinite(value) ? String(value) : value)
}
