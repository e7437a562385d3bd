import type { DecodedEvent } from '../../model/record.ts'
import type { EventSample, PropertyProfile } from '../../model/sample.ts'
import type { Instant } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'
import { isObject } from '../decode/text.ts'
import { redactName } from './redact-text.ts'
import { payloadText } from './rejects.ts'

/** Properties of a profile. */
const MOST_PROPERTIES = 100

/** A record as it came, and the version of its event's contract that judged it. */
export interface Looked {
  readonly arrivedAt: Instant
  readonly decoded: DecodedEvent
  readonly version: number | null
}

/** What one version of a contract classifies as private. */
export type PiiOf = (version: number | null) => ReadonlyMap<string, string>

/** What is shown of an event: its last record, and the last that broke its contract. */
export function sampleOf(
  { source, kind, event }: SeriesKey,
  last: Looked,
  invalid: Looked | null,
  piiOf: PiiOf,
): EventSample {
  const payload = textOf(last, piiOf)
  return {
    source,
    kind,
    event,
    arrivedAt: last.arrivedAt,
    payload,
    invalidPayload: invalid === null ? null : invalid.decoded === last.decoded ? payload : textOf(invalid, piiOf),
    properties: profileOf(last.decoded.body),
  }
}

function textOf({ decoded, version }: Looked, piiOf: PiiOf): string {
  return payloadText(decoded, piiOf(version))
}

/** Which properties a body has, of which type, and whether they are filled. */
function profileOf(body: unknown): readonly PropertyProfile[] {
  if (!isObject(body)) return []
  const profile = new Map<string, PropertyProfile>()
  for (const key in body) {
    if (profile.size >= MOST_PROPERTIES) break
    const value = body[key]
    const name = redactName(key)
    const filled = value === null || value === '' ? 0 : 1
    if (!profile.has(name)) profile.set(name, { name, types: { [typeOf(value)]: 1 }, filled, seen: 1 })
  }
  return [...profile.values()]
}

/** JSON Schema's name for a value's type. */
function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}
