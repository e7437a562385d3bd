import { createDecoder } from '../../decode/decode.ts'
import { readInstant } from '../../decode/instant.ts'
import { parsePayload } from '../../decode/parse.ts'
import { isObject, type JsonObject } from '../../decode/text.ts'
import type { Instant } from '../../../model/time.ts'
import { type Split, splitElements } from './split.ts'
import { type Submission, type Unreadable, unreadable } from './submission.ts'

/** What a path of Segment's API carries: one message of a type, or a batch of them. */
export type SegmentCall = 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias' | 'batch'

/** The HTTP API's paths and the browser library's one-letter ones. */
export const SEGMENT_PATHS: ReadonlyMap<string, SegmentCall> = new Map([
  ['/v1/track', 'track'],
  ['/v1/identify', 'identify'],
  ['/v1/page', 'page'],
  ['/v1/screen', 'screen'],
  ['/v1/group', 'group'],
  ['/v1/alias', 'alias'],
  ['/v1/batch', 'batch'],
  ['/v1/import', 'batch'],
  ['/v1/t', 'track'],
  ['/v1/i', 'identify'],
  ['/v1/p', 'page'],
  ['/v1/s', 'screen'],
  ['/v1/g', 'group'],
  ['/v1/a', 'alias'],
  ['/v1/b', 'batch'],
])

/** A body of Segment's API, read as far as the answer depends on it. */
export interface SegmentBody {
  readonly submission: Submission
  /** The key that the body itself carries. */
  readonly writeKey: string | null
}

const decode = createDecoder({ type: 'segment' })

const EXPECTED_BATCH =
  'Expected JSON: an object with an array "batch" of messages, each with "type" and, for track, "event".'

/** Reads the body of one call. Only a body that is no JSON, or has the wrong root, is unreadable: an element of a batch never is. */
export function readSegment(bytes: Uint8Array, call: SegmentCall): SegmentBody | Unreadable {
  return call === 'batch' ? readBatch(bytes) : readMessage(bytes, call)
}

function readMessage(bytes: Uint8Array, type: SegmentCall): SegmentBody | Unreadable {
  const parsed = parsePayload(bytes)
  if (!parsed.ok) {
    // It is JSON, only not such as anything here could judge: kept for whoever looks into the quarantine.
    if (parsed.reason === 'too_deep')
      return { writeKey: null, submission: { count: 1, decode: () => parsed, expected: null } }
    return unreadable(`Expected a JSON object: a ${type} message. The body is ${words(parsed.reason)}.`)
  }
  const { value } = parsed
  if (!isObject(value)) return unreadable(`Expected a JSON object: a ${type} message.`)
  const message = { ...withoutKey(value), type } // the path says what the call is, whatever the body claims
  const decodeIt = (_index: number, receipt: Instant) =>
    decode(message, { receipt, sentAt: readInstant(value['sentAt']) })
  return { writeKey: text(value['writeKey']), submission: { count: 1, decode: decodeIt, expected: null } }
}

function readBatch(bytes: Uint8Array): SegmentBody | Unreadable {
  const parsed = parsePayload(bytes)
  if (parsed.ok) {
    const { value } = parsed
    if (!isObject(value) || !Array.isArray(value['batch'])) return unreadable(EXPECTED_BATCH)
    const elements: readonly unknown[] = value['batch']
    const complete = completion(value)
    return {
      writeKey: text(value['writeKey']),
      submission: {
        count: elements.length,
        decode: (index, receipt) => complete(elements[index], receipt),
        expected: null,
      },
    }
  }
  return (
    salvagedBatch(splitElements(bytes, 'batch')) ?? unreadable(`${EXPECTED_BATCH} The body is ${words(parsed.reason)}.`)
  )
}

/** A batch one of whose elements can't be parsed: each by itself, so that the others are stored. */
function salvagedBatch(split: Split | null): SegmentBody | null {
  if (split === null) return null
  const parsed = parsePayload(split.envelope)
  if (!parsed.ok && parsed.reason !== 'too_deep') return null
  const envelope = parsed.ok && isObject(parsed.value) ? parsed.value : {} // too deep to be looked into: nothing to complete from
  const complete = completion(envelope)
  const decodeElement = (index: number, receipt: Instant) => {
    const element = parsePayload(split.element(index))
    return element.ok ? complete(element.value, receipt) : element
  }
  return {
    writeKey: text(envelope['writeKey']),
    submission: { count: split.count, decode: decodeElement, expected: null },
  }
}

/**
 * How an element is completed from its batch, as Segment does it: `context` of the batch is merged with the message's own
 * key by key, the message's winning; `integrations` and `sentAt` apply where the message has none.
 */
function completion(batch: JsonObject): (element: unknown, receipt: Instant) => ReturnType<typeof decode> {
  const context = isObject(batch['context']) ? batch['context'] : null
  const integrations = isObject(batch['integrations']) ? batch['integrations'] : null
  const batchSentAt = readInstant(batch['sentAt'])
  return (element, receipt) => {
    if (!isObject(element)) return decode(element, { receipt, sentAt: batchSentAt })
    let message = withoutKey(element)
    if (context !== null) {
      const own = message['context']
      if (own === undefined || own === null || isObject(own)) message = { ...message, context: { ...context, ...own } }
    }
    if (integrations !== null && message['integrations'] === undefined) message = { ...message, integrations }
    return decode(message, { receipt, sentAt: readInstant(message['sentAt']) ?? batchSentAt })
  }
}

/** Write keys are configured as secrets: what is stored of a message doesn't hold one. */
function withoutKey(message: JsonObject): JsonObject {
  if (message['writeKey'] === undefined) return message
  const { writeKey: _secret, ...rest } = message
  return rest
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function words(reason: string): string {
  return reason.replaceAll('_', ' ')
}
