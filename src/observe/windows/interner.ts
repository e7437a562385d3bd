import type { Dimensions } from '../../model/record.ts'
import { type Facet, type Finding, OTHER, type SeriesKey, type SeriesKind } from '../../model/window.ts'
import { redactName } from '../redact/redact-text.ts'

/** Values a dimension may have in one series, names without a contract a source may have, findings a series may have. */
const MOST_VALUES = 64
const MOST_UNPLANNED = 1_000
const MOST_FINDINGS = 200
/** Combinations of values a series may have, whatever each of them allows. */
const MOST_FACETS = 1_000

/** A series of a source, with the facets and findings it has had in this process. */
export interface SeriesSlot {
  readonly key: SeriesKey
  readonly facet: (dimensions: Dimensions) => Facet
  readonly partition: (name: string) => Facet
  readonly finding: (kind: Finding['kind'], path: string, keyword: string, message: string) => Finding
}

/**
 * The names under which a source's records are counted: bounded, redacted, and the same object for the same name, so that
 * they can be keys. It lives as long as the process; a restart may admit other names up to the caps.
 */
export interface Interner {
  readonly source: string
  readonly planned: (event: string) => SeriesSlot
  readonly unplanned: (event: string) => SeriesSlot
  readonly undecodable: (reason: string) => SeriesSlot
}

export function createInterner(source: string): Interner {
  const planned = new Map<string, SeriesSlot>()
  const unplanned = new Map<string, SeriesSlot>()
  const undecodable = new Map<string, SeriesSlot>()

  function slotIn(slots: Map<string, SeriesSlot>, kind: SeriesKind, name: string): SeriesSlot {
    const known = slots.get(name)
    if (known !== undefined) return known
    const slot = createSlot({ source, kind, event: name })
    slots.set(name, slot)
    return slot
  }

  return {
    source,
    planned: (event) => slotIn(planned, 'planned', event),
    unplanned: (event) => {
      const known = unplanned.get(event)
      if (known !== undefined) return known
      if (unplanned.size >= MOST_UNPLANNED) return slotIn(unplanned, 'unplanned', OTHER)
      const redacted = redactName(event)
      const slot =
        redacted === event ? createSlot({ source, kind: 'unplanned', event }) : slotIn(unplanned, 'unplanned', redacted)
      unplanned.set(event, slot)
      return slot
    },
    undecodable: (reason) => slotIn(undecodable, 'undecodable', reason),
  }
}

function createSlot(key: SeriesKey): SeriesSlot {
  const platforms = createValues()
  const appVersions = createValues()
  const libraries = createValues()
  /** By platform, app version and library: looking up three short texts is quicker than joining them into one. */
  const facets = new Map<string | null, Map<string | null, Map<string | null, Facet>>>()
  const partitions = new Map<string, Facet>()
  const findings = new Map<string, Finding>()
  let count = 0

  function facet({ platform, appVersion, library }: Dimensions): Facet {
    const known = facets.get(platform)?.get(appVersion)?.get(library)
    if (known !== undefined) return known
    const bounded =
      count >= MOST_FACETS
        ? { platform: OTHER, appVersion: OTHER, library: OTHER }
        : { platform: platforms(platform), appVersion: appVersions(appVersion), library: libraries(library) }
    const byVersion = getOrMake(facets, bounded.platform, () => new Map<string | null, Map<string | null, Facet>>())
    const byLibrary = getOrMake(byVersion, bounded.appVersion, () => new Map<string | null, Facet>())
    const made = getOrMake(byLibrary, bounded.library, () => {
      count += 1
      return { ...bounded, partition: null }
    })
    return made
  }

  return {
    key,
    facet,
    partition: (name) => {
      const known = partitions.get(name)
      if (known !== undefined) return known
      const bounded = partitions.size >= MOST_FACETS ? OTHER : name
      return getOrMake(partitions, bounded, () => ({
        platform: null,
        appVersion: null,
        library: null,
        partition: bounded,
      }))
    },
    finding: (kind, path, keyword, message) => {
      const name = `${kind}\n${path}\n${keyword}\n${message}`
      const known = findings.get(name)
      if (known !== undefined) return known
      if (findings.size >= MOST_FINDINGS) {
        return getOrMake(findings, `${kind}\n${OTHER}`, () => ({ kind, path: OTHER, keyword: '', message: '' }))
      }
      const made: Finding = { kind, path: redactName(path), keyword, message }
      findings.set(name, made)
      return made
    },
  }
}

/** The bounded, redacted form of one dimension's values. */
function createValues(): (value: string | null) => string | null {
  const values = new Map<string, string>()
  return (value) => {
    if (value === null) return null
    const known = values.get(value)
    if (known !== undefined) return known
    if (values.size >= MOST_VALUES) return OTHER
    const redacted = redactName(value)
    values.set(value, redacted)
    return redacted
  }
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
