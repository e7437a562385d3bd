import type { Judgement } from '../../model/observation.ts'
import {
  type ArrivedRecord,
  type DecodedEvent,
  positionInWords,
  type Undecodable,
  type UndecodableReason,
} from '../../model/record.ts'
import type { QuarantineEntry } from '../../model/reject.ts'
import type { Instant } from '../../model/time.ts'
import { redactExcerpt, redactPayload } from './redact.ts'
import { redactMessage, redactName } from './redact-text.ts'

const NO_PII: ReadonlyMap<string, string> = new Map()

/** The entry of a record that breaks its contract. `pii`: what its event's contract classifies as private. */
export function invalidEntry(
  source: string,
  record: ArrivedRecord,
  decoded: DecodedEvent,
  judged: Judgement,
  pii: ReadonlyMap<string, string>,
): QuarantineEntry {
  return {
    source,
    position: placeOf(record),
    arrivedAt: record.arrivedAt,
    event: redactName(decoded.event),
    reason: 'invalid',
    violations: judged.violations.map(({ path, keyword, message }) => ({
      path: redactName(path),
      keyword,
      message: redactMessage(message),
    })),
    payload: payloadText(decoded, pii),
  }
}

/** The entry of a record that is no event. */
export function undecodableEntry(source: string, record: ArrivedRecord, decoded: Undecodable): QuarantineEntry {
  return unjudged(source, record, record.arrivedAt, decoded.reason, decoded.event, excerptText(decoded.excerpt))
}

/** The entry of a record whose arrival isn't known, or isn't in any plausible year. */
export function implausibleEntry(
  source: string,
  record: ArrivedRecord,
  pii: ReadonlyMap<string, string>,
): QuarantineEntry {
  const { decoded } = record
  const payload = decoded.ok ? payloadText(decoded, pii) : excerptText(decoded.excerpt)
  return unjudged(source, record, null, 'implausible_time', decoded.event, payload)
}

/** A decoded record's payload as JSON text, redacted. */
export function payloadText({ envelope, body }: DecodedEvent, pii: ReadonlyMap<string, string>): string {
  return JSON.stringify(redactPayload(envelope, pii, body)) ?? 'null'
}

function unjudged(
  source: string,
  record: ArrivedRecord,
  arrivedAt: Instant | null,
  reason: UndecodableReason,
  event: string | null,
  payload: string,
): QuarantineEntry {
  const name = event === null ? null : redactName(event)
  return { source, position: placeOf(record), arrivedAt, event: name, reason, violations: [], payload }
}

/** What couldn't be read as an event may still be JSON; what isn't is kept as text. */
function excerptText(excerpt: string): string {
  try {
    return JSON.stringify(redactPayload(JSON.parse(excerpt), NO_PII))
  } catch {
    return JSON.stringify(redactExcerpt(excerpt))
  }
}

/** Where a record stands, as its entry in the quarantine says it. However long a path is, the line in it is never cut off. */
export function placeOf(record: ArrivedRecord): string {
  return `${redactName(record.partition)} ${positionInWords(record)}`
}
