import type { Dimensions } from '../../model/record.ts'
import { DAY, type Duration, floorTo, type Instant, MINUTE, SECOND } from '../../model/time.ts'
import { type Facet, type Finding, OTHER, type SeriesKey } from '../../model/window.ts'
import { beginning } from '../decode/text.ts'
import { redactMessage, redactName, redactVersion } from '../redact/redact-text.ts'

/** Values a dimension may have in one series, and findings of each kind: made-up properties must not hide a violation. */
const MOST_VALUES = 64
const MOST_FINDINGS = 200
/** Combinations of values a series may have, whatever each of them allows. */
const MOST_FACETS = 1_000
/** Records kept in quarantine of one series, one kind of fault and one minute; what is over is only counted. */
const MOST_ALIKE = 100
/** Samples taken of a series in one second, of its records and of those that are invalid: what is over would hardly be looked at. */
const MOST_SAMPLES = 20
const LONGEST_PATH = 200
/** Where there is no more room, values and findings are admitted anew after this long: releases come and go in a daemon that stays. */
const RENEWED_AFTER: Duration = 7 * DAY

/** A series of a source, with the facets and findings it has had in this process. */
export interface SeriesSlot {
  readonly key: SeriesKey
  readonly facet: (dimensions: Dimensions) => Facet
  readonly partition: (name: string) => Facet
  readonly finding: (kind: Finding['kind'], path: string, keyword: string, message: string) => Finding
  /**
   * Whether one more record with this fault (null: the series says it all) may be kept in quarantine for its minute.
   * A minute older than the newest seen shares what is left of that one's room.
   */
  readonly admits: (fault: Finding | null, arrivedAt: Instant | null) => boolean
  /** Forgets what it has admitted, if that was long ago and leaves no room for more. Between batches only: told of a batch's first record. */
  readonly renew: (arrivedAt: Instant) => void
  /** Whether a sample that arrived then is worth keeping. */
  readonly samples: (of: 'last' | 'invalid', arrivedAt: Instant) => boolean
}

/** How much of what is allowed in one minute or second is taken. */
interface Room {
  start: Instant
  taken: number
}

/** `onAdmit` is told how to take each admission back. */
export function createSlot(key: SeriesKey, onAdmit: (undo: () => void) => void): SeriesSlot {
  const platforms = createValues(redactName)
  const appVersions = createValues(redactVersion)
  const libraries = createValues(redactName)
  /** Decoders share one object among all records with the same dimensions. */
  const byIdentity = new Map<Dimensions, Facet>()
  /** By platform, app version and library: looking up three short texts is quicker than joining them into one. */
  const facets = new Map<string | null, Map<string | null, Map<string | null, Facet>>>()
  const partitions = new Map<string, Facet>()
  const findings: Readonly<Record<Finding['kind'], Map<string, Finding>>> = {
    violation: new Map(),
    unfilled: new Map(),
    unplanned_property: new Map(),
  }
  const rooms = new Map<Finding | 'last' | 'invalid' | null, Room>()
  let combinations = 0
  let begun: Instant | null = null

  function isCrowded(): boolean {
    return (
      combinations >= MOST_FACETS ||
      [platforms, appVersions, libraries].some((values) => values.size() >= MOST_VALUES) ||
      Object.values(findings).some(({ size }) => size >= MOST_FINDINGS)
    )
  }

  function forget(): void {
    for (const values of [platforms, appVersions, libraries]) values.clear()
    for (const ofKind of Object.values(findings)) {
      for (const finding of ofKind.values()) rooms.delete(finding)
      ofKind.clear()
    }
    byIdentity.clear()
    facets.clear()
    combinations = 0
  }

  function newFacet({ platform, appVersion, library }: Dimensions): Facet {
    const full = combinations >= MOST_FACETS
    const bounded = {
      platform: full ? OTHER : platforms.of(platform),
      appVersion: full ? OTHER : appVersions.of(appVersion),
      library: full ? OTHER : libraries.of(library),
    }
    let byVersion = facets.get(bounded.platform)
    if (byVersion === undefined) {
      byVersion = new Map()
      facets.set(bounded.platform, byVersion)
    }
    let byLibrary = byVersion.get(bounded.appVersion)
    if (byLibrary === undefined) {
      byLibrary = new Map()
      byVersion.set(bounded.appVersion, byLibrary)
    }
    let facet = byLibrary.get(bounded.library)
    if (facet === undefined) {
      facet = { ...bounded, partition: null }
      byLibrary.set(bounded.library, facet)
      combinations += 1
    }
    return facet
  }

  function takeRoom(of: Finding | 'last' | 'invalid' | null, start: Instant, most: number): boolean {
    const room = rooms.get(of) ?? { start, taken: 0 }
    rooms.set(of, room)
    const { start: startBefore, taken: takenBefore } = room
    if (start > startBefore) {
      room.start = start
      room.taken = 0
    }
    if (room.taken >= most) return false
    room.taken += 1
    onAdmit(() => {
      room.start = startBefore
      room.taken = takenBefore
    })
    return true
  }

  return {
    key,
    facet: (dimensions) => {
      const known = byIdentity.get(dimensions)
      if (known !== undefined) return known
      const facet =
        facets.get(dimensions.platform)?.get(dimensions.appVersion)?.get(dimensions.library) ?? newFacet(dimensions)
      if (byIdentity.size < MOST_FACETS) byIdentity.set(dimensions, facet)
      return facet
    },
    partition: (name) => {
      const known = partitions.get(name)
      if (known !== undefined) return known
      const bounded = partitions.size >= MOST_FACETS ? OTHER : redactName(name)
      const facet = partitions.get(bounded) ?? {
        platform: null,
        appVersion: null,
        library: null,
        partition: bounded,
      }
      partitions.set(bounded, facet)
      if (partitions.size < MOST_FACETS) partitions.set(name, facet)
      return facet
    },
    finding: (kind, givenPath, keyword, givenMessage) => {
      const path = beginning(givenPath, LONGEST_PATH)
      const ofKind = findings[kind]
      const name = `${path}\n${keyword}\n${givenMessage}`
      const known = ofKind.get(name)
      if (known !== undefined) return known
      const full = ofKind.size >= MOST_FINDINGS
      const made: Finding = full
        ? { kind, path: OTHER, keyword: '', message: '' }
        : { kind, path: redactName(path), keyword, message: redactMessage(givenMessage) }
      // Names that look alike once redacted are one.
      const alike = `${made.path}\n${made.keyword}\n${made.message}`
      const finding = ofKind.get(alike) ?? made
      ofKind.set(alike, finding)
      if (!full) ofKind.set(name, finding)
      return finding
    },
    admits: (fault, arrivedAt) => takeRoom(fault, arrivedAt === null ? 0 : floorTo(arrivedAt, MINUTE), MOST_ALIKE),
    renew: (arrivedAt) => {
      begun ??= arrivedAt
      if (Math.abs(arrivedAt - begun) < RENEWED_AFTER || !isCrowded()) return
      forget()
      begun = arrivedAt
    },
    samples: (of, arrivedAt) => takeRoom(of, floorTo(arrivedAt, SECOND), MOST_SAMPLES),
  }
}

interface Values {
  readonly of: (value: string | null) => string | null
  readonly size: () => number
  readonly clear: () => void
}

/** The bounded, redacted form of one dimension's values. */
function createValues(redact: (value: string) => string): Values {
  const values = new Map<string, string>()
  return {
    of: (value) => {
      if (value === null) return null
      const known = values.get(value)
      if (known !== undefined) return known
      if (values.size >= MOST_VALUES) return OTHER
      const redacted = redact(value)
      values.set(value, redacted)
      return redacted
    },
    size: () => values.size,
    clear: () => values.clear(),
  }
}
