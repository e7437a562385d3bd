import type { Decoded, UndecodableReason } from '../../model/record.ts'
import { dimensionsOf, readVersion } from './dimensions.ts'
import { readInstant } from './instant.ts'
import { parsePayload } from './parse.ts'
import type { Collected } from './segment.ts'
import { type JsonObject, readId, readName } from './text.ts'

/** A CloudEvent 1.0 in JSON: judged by its `data`, told apart by source and id. `named`: what it is called if not by its `type`. A reason where it is none. */
export function decodeCloudEvent(
  event: JsonObject,
  collected: Collected | null,
  named: string | null = null,
): Decoded | UndecodableReason {
  const name = named ?? readName(event['type'])
  if (name === null) return 'no_event_name'
  const data = dataOf(event)
  if (data === UNSUPPORTED) return 'unsupported'
  const id = readId(event['id'])
  const source = readId(event['source'])
  return {
    ok: true,
    event: name,
    id: id === null ? null : `${source ?? ''}\n${id}`,
    body: data,
    eventTime: readInstant(event['time']),
    receivedAt: collected === null ? readInstant(event['receivedAt'] ?? event['receivedat']) : collected.receipt,
    dimensions: dimensionsOf(
      readName(event['platform']),
      readVersion(event['appversion'] ?? event['app_version']),
      readName(event['library']),
    ),
    envelope: typeof event['data_base64'] === 'string' ? unpacked(event, data) : event,
  }
}

/** Encoded data can't be redacted: what is kept of the event holds it decoded. */
function unpacked({ data_base64: _encoded, ...attributes }: JsonObject, data: unknown): JsonObject {
  return { ...attributes, data }
}

const UNSUPPORTED = Symbol('data that is not JSON')

function dataOf(event: JsonObject): unknown {
  const encoded = event['data_base64']
  if (typeof encoded !== 'string') return event['data'] ?? {}
  const type = event['datacontenttype']
  if (typeof type === 'string' && !/[/+]json\b/i.test(type)) return UNSUPPORTED
  const parsed = parsePayload(Buffer.from(encoded, 'base64'))
  return parsed.ok ? parsed.value : UNSUPPORTED
}
