import type { DecodedEvent } from '../../model/record.ts'
import type { EventSample, PropertyProfile } from '../../model/sample.ts'
import type { Instant } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'
import { isObject } from '../decode/text.ts'
import { redactName } from './redact-text.ts'
import { payloadText } from './rejects.ts'

/** Properties of a profile. */
const MOST_PROPERTIES = 100

/** What is shown of an event: its last record, and the last that broke its contract. */
export function sampleOf(
  { source, kind, event }: SeriesKey,
  arrivedAt: Instant,
  last: DecodedEvent,
  invalid: DecodedEvent | null,
  pii: ReadonlyMap<string, string>,
): EventSample {
  const payload = payloadText(last, pii)
  const invalidPayload = invalid === null ? null : invalid === last ? payload : payloadText(invalid, pii)
  return { source, kind, event, arrivedAt, payload, invalidPayload, properties: profileOf(last.body) }
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
