import type { Judgement } from '../../model/observation.ts'
import type { ArrivedRecord, DecodedEvent } from '../../model/record.ts'
import type { EventSample, PropertyProfile } from '../../model/sample.ts'
import { type Instant, SECOND } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'
import type { Plan } from '../../plan/plan.ts'
import { isObject } from '../decode/text.ts'
import { redactPayload } from './redact.ts'
import { redactName } from './redact-text.ts'

/** Properties of a profile. */
const MOST_PROPERTIES = 100

const NO_PII: ReadonlyMap<string, string> = new Map()

interface Looked {
  readonly series: SeriesKey
  readonly arrivedAt: Instant
  readonly decoded: DecodedEvent
  readonly version: number | null
}

/** Keeps the last record of each event of a batch, and the last that broke its contract: what the event's page shows. */
export interface Sampler {
  readonly see: (
    series: SeriesKey,
    record: ArrivedRecord,
    arrivedAt: Instant,
    decoded: DecodedEvent,
    judged: Judgement,
    plan: Plan,
  ) => void
  readonly samples: () => readonly EventSample[]
}

/** `sampledAt`: when an event was last sampled, batches before included; redacting every record would cost more than judging it. */
export function createSampler(source: string, sampledAt: Map<string, Instant>): Sampler {
  const last = new Map<SeriesKey, Looked>()
  const lastInvalid = new Map<SeriesKey, Looked>()
  let planned: Plan | null = null

  return {
    see: (series, _record, arrivedAt, decoded, judged, plan) => {
      planned = plan
      const looked = { series, arrivedAt, decoded, version: judged.version }
      last.set(series, looked)
      if (judged.outcome === 'invalid') lastInvalid.set(series, looked)
    },
    samples: () => {
      const plan = planned
      if (plan === null) return []
      return [...last.values()].flatMap((looked) => {
        const { series, arrivedAt, decoded } = looked
        const name = `${series.kind}\n${series.event}`
        const invalid = lastInvalid.get(series)
        const before = sampledAt.get(name)
        if (before !== undefined && arrivedAt - before < SECOND && invalid === undefined) return []
        sampledAt.set(name, arrivedAt)
        return [
          {
            source,
            kind: series.kind,
            event: series.event,
            arrivedAt,
            payload: redacted(plan, looked),
            invalidPayload: invalid === undefined ? null : redacted(plan, invalid),
            properties: profileOf(decoded.body),
          },
        ]
      })
    },
  }
}

function redacted(plan: Plan, { decoded, version }: Looked): string {
  const contract = plan.events.get(decoded.event)?.versions.find((one) => one.version === version)
  return JSON.stringify(redactPayload(decoded.envelope, contract?.pii ?? NO_PII, decoded.body))
}

function profileOf(body: unknown): readonly PropertyProfile[] {
  if (!isObject(body)) return []
  return Object.entries(body)
    .slice(0, MOST_PROPERTIES)
    .map(([name, value]) => ({
      name: redactName(name),
      types: { [typeOf(value)]: 1 },
      filled: value === null || value === '' ? 0 : 1,
      seen: 1,
    }))
}

/** JSON Schema's name for a value's type. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}
