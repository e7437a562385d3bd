import type { IncomingHttpHeaders } from 'node:http'
import type { Decoded } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import type { FormatConfig } from '../../decode/config.ts'
import { createDecoder } from '../../decode/decode.ts'
import { parsePayload } from '../../decode/parse.ts'
import { isObject } from '../../decode/text.ts'
import { createPlainDecoder, PLAIN_EXPECTED } from './plain-json.ts'
import { splitElements } from './split.ts'
import { type Submission, type Unreadable, unreadable } from './submission.ts'

type ReadEvents = (bytes: Uint8Array, headers: IncomingHttpHeaders) => Submission | Unreadable

const decodeCloudEvent = createDecoder({ type: 'cloudevents' })

const EXPECTED_EVENT = 'a CloudEvent with "specversion", "id", "source" and "type"'

/** What would have been right, for the person who sent something else. */
function expectedBy(format: FormatConfig | null): string {
  const plain =
    format === null
      ? PLAIN_EXPECTED
      : format.event === undefined
        ? `what the source's format (${format.type}) takes`
        : `an object with its name under "${format.event}", as the source is configured`
  return `Expected JSON: one event or an array of them, each ${EXPECTED_EVENT}, or ${plain}.`
}

/**
 * The reader for `POST /events`. The content type says what is in the body, as the CloudEvents HTTP binding has it:
 * structured (`application/cloudevents+json`), batched (`…-batch+json`) or binary (`ce-` headers). Anything else is JSON,
 * of which an object with `specversion` is a CloudEvent and any other is read in the source's configured format, else
 * by where events usually carry their name, id, time and properties.
 */
export function createEventsReader(format: FormatConfig | null): ReadEvents {
  const expected = expectedBy(format)
  const decodePlain = format === null ? createPlainDecoder() : createDecoder(format)
  const decodeAny = (value: unknown, receipt: Instant): Decoded =>
    isObject(value) && typeof value['specversion'] === 'string'
      ? decodeCloudEvent(value, { receipt, sentAt: null })
      : decodePlain(value, { receipt, sentAt: null })

  return (bytes, headers) => {
    const contentType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (contentType === 'application/cloudevents-batch+json') return readMany(bytes, asCloudEvent, 'array', expected)
    if (contentType === 'application/cloudevents+json') return readMany(bytes, asCloudEvent, 'object', expected)
    if (headers['ce-specversion'] !== undefined) return readBinary(bytes, contentType, headers, expected)
    return readMany(bytes, decodeAny, 'either', expected)
  }
}

function asCloudEvent(value: unknown, receipt: Instant): Decoded {
  return decodeCloudEvent(value, { receipt, sentAt: null })
}

function readMany(
  bytes: Uint8Array,
  decode: (value: unknown, receipt: Instant) => Decoded,
  root: 'object' | 'array' | 'either',
  expected: string,
): Submission | Unreadable {
  const parsed = parsePayload(bytes)
  if (!parsed.ok) {
    const split = root === 'object' ? null : splitElements(bytes, null)
    if (split !== null) {
      const decodeElement = (index: number, receipt: Instant) => {
        const element = parsePayload(split.element(index))
        return element.ok ? decode(element.value, receipt) : element
      }
      return { count: split.count, decode: decodeElement, expected }
    }
    if (parsed.reason === 'too_deep') return { count: 1, decode: () => parsed, expected }
    return unreadable(`${expected} The body is ${parsed.reason.replaceAll('_', ' ')}.`)
  }
  const { value } = parsed
  if (Array.isArray(value)) {
    if (root === 'object') return unreadable(`Expected one JSON object: ${EXPECTED_EVENT}.`)
    return { count: value.length, decode: (index, receipt) => decode(value[index], receipt), expected }
  }
  if (root === 'array') return unreadable(`Expected a JSON array of objects, each ${EXPECTED_EVENT}.`)
  if (!isObject(value)) return unreadable(expected)
  return { count: 1, decode: (_index, receipt) => decode(value, receipt), expected }
}

/** Binary mode: attributes are headers, the body is the data. */
function readBinary(
  bytes: Uint8Array,
  contentType: string,
  headers: IncomingHttpHeaders,
  expected: string,
): Submission | Unreadable {
  const attributes: [string, unknown][] = []
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && /^ce-[a-z0-9]+$/.test(name))
      attributes.push([name.slice(3), percentDecoded(value)])
  }
  if (contentType !== '') attributes.push(['datacontenttype', contentType])
  if (bytes.length > 0) {
    if (contentType === '' || contentType === 'application/json' || contentType.endsWith('+json')) {
      const parsed = parsePayload(bytes)
      if (!parsed.ok && parsed.reason === 'too_deep') return { count: 1, decode: () => parsed, expected }
      if (!parsed.ok) return unreadable(`Expected JSON as data. The body is ${parsed.reason.replaceAll('_', ' ')}.`)
      attributes.push(['data', parsed.value])
    } else {
      attributes.push(['data_base64', Buffer.from(bytes).toString('base64')])
    }
  }
  const event: unknown = Object.fromEntries(attributes)
  return { count: 1, decode: (_index, receipt) => asCloudEvent(event, receipt), expected }
}

/** Header values carry what isn't ASCII percent-encoded. What isn't valid stays as it came. */
function percentDecoded(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
