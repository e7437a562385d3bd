import type { Judgement } from '../../model/observation.ts'
import type { DecodedEvent } from '../../model/record.ts'
import type { EventSample, PropertyProfile } from '../../model/sample.ts'
import type { Instant } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'
import { isObject } from '../decode/text.ts'
import { payloadText } from './rejects.ts'
import { redactName } from './redact-text.ts'

/** Properties of a profile. */
const MOST_PROPERTIES = 100

interface Looked {
  arrivedAt: Instant
  decoded: DecodedEvent
  version: number | null
}

/** Keeps the last record of each event of a batch, and the last that broke its contract: what the event's page shows. */
export interface Sampler {
  readonly see: (series: SeriesKey, arrivedAt: Instant, decoded: DecodedEvent, judged: Judgement) => void
  readonly samples: () => readonly EventSample[]
}

/** `piiOf`: what the version of an event's contract classifies as private. */
export function createSampler(
  source: string,
  piiOf: (event: string, version: number | null) => ReadonlyMap<string, string>,
): Sampler {
  const last = new Map<SeriesKey, Looked>()
  const lastInvalid = new Map<SeriesKey, Looked>()

  return {
    see: (series, arrivedAt, decoded, { outcome, version }) => {
      keep(last, series, arrivedAt, decoded, version)
      if (outcome === 'invalid') keep(lastInvalid, series, arrivedAt, decoded, version)
    },
    samples: () =>
      [...last].map(([series, { arrivedAt, decoded, version }]) => {
        const invalid = lastInvalid.get(series)
        const payload = payloadText(decoded, piiOf(decoded.event, version))
        return {
          source,
          kind: series.kind,
          event: series.event,
          arrivedAt,
          payload,
          invalidPayload:
            invalid === undefined
              ? null
              : invalid.decoded === decoded
                ? payload
                : payloadText(invalid.decoded, piiOf(invalid.decoded.event, invalid.version)),
          properties: profileOf(decoded.body),
        }
      }),
  }
}

function keep(
  kept: Map<SeriesKey, Looked>,
  series: SeriesKey,
  arrivedAt: Instant,
  decoded: DecodedEvent,
  version: number | null,
): void {
  const looked = kept.get(series)
  if (looked === undefined) {
    kept.set(series, { arrivedAt, decoded, version })
    return
  }
  looked.arrivedAt = arrivedAt
  looked.decoded = decoded
  looked.version = version
}

/** Which properties a body has, of which type, and whether they are filled. */
export function profileOf(body: unknown): readonly PropertyProfile[] {
  if (!isObject(body)) return []
  const profile: PropertyProfile[] = []
  for (const name in body) {
    if (profile.length >= MOST_PROPERTIES) break
    const value = body[name]
    profile.push({
      name: redactName(name),
      types: { [typeOf(value)]: 1 },
      filled: value === null || value === '' ? 0 : 1,
      seen: 1,
    })
  }
  return profile
}

/** JSON Schema's name for a value's type. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}
