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

/** Where nothing is said. */
export const NO_DIMENSIONS: Dimensions = dimensionsOf(null, null, null)

/** A version as senders write it, some as a number. */
export function readVersion(value: unknown): string | null {
  return readName(typeof value === 'number' && Number.isFinite(value) ? String(value) : value)
}
