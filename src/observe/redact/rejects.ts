import type { Judgement } from '../../model/observation.ts'
import type { ArrivedRecord, DecodedEvent, Undecodable } from '../../model/record.ts'
import type { QuarantineEntry } from '../../model/reject.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import { redactPayload } from './redact.ts'
import { redactName, redactText } from './redact-text.ts'

/** Records kept of one event, one kind of fault and one minute of a batch; what is over is only counted. */
const MOST_ALIKE = 100

const NO_PII: ReadonlyMap<string, string> = new Map()

/** Gathers a batch's rejected records, redacted and bounded. */
export interface Rejects {
  readonly invalid: (
    record: ArrivedRecord,
    arrivedAt: Instant,
    decoded: DecodedEvent,
    judged: Judgement,
    pii: ReadonlyMap<string, string>,
  ) => void
  readonly undecodable: (record: ArrivedRecord, arrivedAt: Instant, decoded: Undecodable) => void
  /** Its arrival isn't known, or outside of all plausible years. */
  readonly implausible: (record: ArrivedRecord) => void
  readonly kept: () => readonly QuarantineEntry[]
  /** Rejected records by reason, kept or not. */
  readonly counts: () => ReadonlyMap<string, number>
}

export function createRejects(source: string): Rejects {
  const entries: QuarantineEntry[] = []
  const counts = new Map<string, number>()
  const alike = new Map<string, number>()

  /** Whether there is room for one more of its like. */
  function admit(reason: string, kind: string, arrivedAt: Instant | null): boolean {
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
    const key = `${reason}\n${kind}\n${arrivedAt === null ? '' : Math.floor(arrivedAt / MINUTE)}`
    const seen = (alike.get(key) ?? 0) + 1
    alike.set(key, seen)
    return seen <= MOST_ALIKE
  }

  const place = ({ partition, position }: ArrivedRecord): string => redactName(`${partition} ${position}`)

  return {
    invalid: (record, arrivedAt, decoded, judged, pii) => {
      const first = judged.violations[0]
      if (!admit('invalid', `${decoded.event}\n${first?.path}\n${first?.keyword}`, arrivedAt)) return
      entries.push({
        source,
        position: place(record),
        arrivedAt,
        event: redactName(decoded.event),
        reason: 'invalid',
        violations: judged.violations.map((violation) => ({ ...violation, path: redactName(violation.path) })),
        payload: JSON.stringify(redactPayload(decoded.envelope, pii, decoded.body)),
      })
    },
    undecodable: (record, arrivedAt, decoded) => {
      if (!admit(decoded.reason, '', arrivedAt)) return
      entries.push(unread(source, place(record), arrivedAt, decoded.reason, decoded.event, decoded.excerpt))
    },
    implausible: (record) => {
      const { decoded } = record
      if (!admit('implausible_time', '', null)) return
      const event = decoded.ok ? decoded.event : decoded.event
      if (!decoded.ok) {
        entries.push(unread(source, place(record), null, 'implausible_time', event, decoded.excerpt))
        return
      }
      const payload = JSON.stringify(redactPayload(decoded.envelope, NO_PII, decoded.body))
      entries.push({
        source,
        position: place(record),
        arrivedAt: null,
        event: redactName(decoded.event),
        reason: 'implausible_time',
        violations: [],
        payload,
      })
    },
    kept: () => entries,
    counts: () => counts,
  }
}

/** What couldn't be read is kept as text: its beginning, as a JSON string. */
function unread(
  source: string,
  position: string,
  arrivedAt: Instant | null,
  reason: QuarantineEntry['reason'],
  event: string | null,
  excerpt: string,
): QuarantineEntry {
  const payload = JSON.stringify(redactText(excerpt.toWellFormed().replaceAll('\u0000', '\ufffd')))
  return {
    source,
    position,
    arrivedAt,
    event: event === null ? null : redactName(event),
    reason,
    violations: [],
    payload,
  }
}
