import type { Decoded, DecodedEvent, UndecodableReason } from '../../model/record.ts'
import { decodeCloudEvent } from './cloud-event.ts'
import type { FormatConfig } from './config.ts'
import { redactPayload } from '../redact/redact.ts'
import { dimensionsOf, NO_DIMENSIONS, readVersion } from './dimensions.ts'
import { readInstant } from './instant.ts'
import { undecodable } from './parse.ts'
import { compilePointer } from './pointer.ts'
import { type Collected, decodeSegment } from './segment.ts'
import { isObject, type JsonObject, readId, readName } from './text.ts'

export type { Collected } from './segment.ts'

/** Reads an event from a parsed payload. `collected`: null for archives, whose payloads say when they arrived. Never throws. */
export type Decode = (value: unknown, collected: Collected | null) => Decoded

/** The decoder for a format. Pointers in the configuration win over where the format keeps a thing. */
export function createDecoder(format: FormatConfig): Decode {
  const read = readerOf(format)
  const arrivalOf = arrivalReader(format)
  return (value, collected) => {
    if (!isObject(value)) return refusal('not_an_object', value, null)
    const decoded = read(value, collected)
    return typeof decoded === 'string' ? refusal(decoded, value, arrivalOf(value)) : decoded
  }
}

type Reader = (value: JsonObject, collected: Collected | null) => Decoded | UndecodableReason
/** As the format has it. `named`: the name that a configured pointer found; null: none is configured. */
type FormatReader = (...given: [...Parameters<Reader>, named: string | null]) => ReturnType<Reader>

function readerOf(format: FormatConfig): Reader {
  switch (format.type) {
    case 'segment':
      return overridden(format, (value, collected, named) => decodeSegment(value, collected, named) ?? 'no_event_name')
    case 'cloudevents':
      return overridden(format, decodeCloudEvent)
    case 'json':
      return overridden(format, (value, collected, named) => ({
        ok: true,
        event: named ?? '',
        id: null,
        body: value,
        eventTime: null,
        receivedAt: collected?.receipt ?? null,
        dimensions: NO_DIMENSIONS,
        envelope: value,
      }))
  }
}

type Pointers = Partial<
  Record<'event' | 'id' | 'time' | 'received_at' | 'body' | 'app_version' | 'platform' | 'library', string | undefined>
>

/** A reader whose answer is corrected by what the configured pointers find. */
function overridden(pointers: Pointers, read: FormatReader): Reader {
  const at = (pointer: string | undefined) => (pointer === undefined ? null : compilePointer(pointer))
  const event = at(pointers.event)
  const id = at(pointers.id)
  const time = at(pointers.time)
  const receivedAt = at(pointers.received_at)
  const body = at(pointers.body)
  const appVersion = at(pointers.app_version)
  const platform = at(pointers.platform)
  const library = at(pointers.library)
  if ([event, id, time, receivedAt, body, appVersion, platform, library].every((find) => find === null)) {
    return (value, collected) => read(value, collected, null)
  }
  return (value, collected) => {
    const named = event === null ? null : readName(event(value))
    if (event !== null && named === null) return 'no_event_name'
    const decoded = read(value, collected, named)
    if (typeof decoded === 'string' || !decoded.ok) return decoded
    const corrected: DecodedEvent = {
      ...decoded,
      id: id === null ? decoded.id : readId(id(value)),
      body: body === null ? decoded.body : (body(value) ?? {}),
      eventTime: time === null ? decoded.eventTime : readInstant(time(value)),
      receivedAt: receivedAt === null || collected !== null ? decoded.receivedAt : readInstant(receivedAt(value)),
      dimensions: dimensionsOf(
        platform === null ? decoded.dimensions.platform : readName(platform(value)),
        appVersion === null ? decoded.dimensions.appVersion : readVersion(appVersion(value)),
        library === null ? decoded.dimensions.library : readName(library(value)),
      ),
    }
    return corrected
  }
}

/** An archive's record may be unreadable and still say when it arrived, in the place where the others do. */
function arrivalReader({ type, received_at: pointer }: FormatConfig): (value: JsonObject) => number | null {
  if (pointer !== undefined) {
    const find = compilePointer(pointer)
    return (value) => readInstant(find(value))
  }
  if (type === 'json') return () => null
  // CloudEvents' own attributes are in lower case.
  return (value) => readInstant(value['receivedAt'] ?? (type === 'cloudevents' ? value['receivedat'] : null))
}

const NO_PII: ReadonlyMap<string, string> = new Map()

function refusal(reason: UndecodableReason, value: unknown, receivedAt: number | null): Decoded {
  // Bounded by the redaction; a payload of 100 MB isn't written out to keep its beginning.
  return { ...undecodable(reason, JSON.stringify(redactPayload(value, NO_PII))), receivedAt }
}
