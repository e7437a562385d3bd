import { gunzipSync } from 'node:zlib'
import { type FaultServer, type ReceivedRequest, type Reply, startFaultServer } from './fault-server.ts'
import { type Decoded, decodeMessage, type Message } from './protobuf.ts'

export type Attributes = Readonly<Record<string, unknown>>

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty: a root. */
  readonly parentSpanId: string
  readonly name: string
  /** 1 internal, 3 client, 5 consumer. */
  readonly kind: number
  readonly startNanos: bigint
  readonly endNanos: bigint
  readonly attributes: Attributes
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Attributes }[]
  readonly droppedLinks: number
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number
  readonly resource: Attributes
  readonly scope: string
}

export interface OtlpServer extends FaultServer {
  /** Every span of every request that was answered with 200, in order. */
  readonly spans: ReceivedSpan[]
}

/** A local OTLP/HTTP receiver: takes traces as protobuf at `/v1/traces`, 404 elsewhere, 400 for what it can't decode. */
export async function startOtlp(): Promise<OtlpServer> {
  const spans: ReceivedSpan[] = []
  function answer(request: ReceivedRequest): Reply {
    if (request.method !== 'POST' || !request.path.endsWith('/v1/traces')) return { status: 404, body: '' }
    if (request.headers['content-type'] !== 'application/x-protobuf') return { status: 415, body: '' }
    const gzipped = request.headers['content-encoding'] === 'gzip'
    try {
      spans.push(...spansOf(decodeMessage(gzipped ? gunzipSync(request.bytes) : request.bytes, EXPORT_REQUEST)))
      return { status: 200, headers: { 'content-type': 'application/x-protobuf' }, body: '' }
    } catch (error) {
      return { status: 400, body: String(error) }
    }
  }
  return { ...(await startFaultServer(answer)), spans }
}

// opentelemetry-proto 1.x: common.proto, resource.proto, trace.proto, trace_service.proto
const ANY_VALUE: Message = {
  1: ['string', 'string'],
  2: ['bool', 'bool'],
  3: ['int', 'uint'],
  4: ['double', 'double'],
  5: ['array', () => ({ 1: ['values', [ANY_VALUE]] })],
}
const KEY_VALUE: Message = { 1: ['key', 'string'], 2: ['value', ANY_VALUE] }
const LINK: Message = { 1: ['traceId', 'bytes'], 2: ['spanId', 'bytes'], 4: ['attributes', [KEY_VALUE]] }
const SPAN: Message = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  4: ['parentSpanId', 'bytes'],
  5: ['name', 'string'],
  6: ['kind', 'uint'],
  7: ['startNanos', 'fixed64'],
  8: ['endNanos', 'fixed64'],
  9: ['attributes', [KEY_VALUE]],
  13: ['links', [LINK]],
  14: ['droppedLinks', 'uint'],
  15: ['status', { 3: ['code', 'uint'] }],
}
const SCOPE_SPANS: Message = { 1: ['scope', { 1: ['name', 'string'] }], 2: ['spans', [SPAN]] }
const RESOURCE_SPANS: Message = {
  1: ['resource', { 1: ['attributes', [KEY_VALUE]] }],
  2: ['scopeSpans', [SCOPE_SPANS]],
}
const EXPORT_REQUEST: Message = { 1: ['resourceSpans', [RESOURCE_SPANS]] }

function spansOf(request: Decoded): ReceivedSpan[] {
  return many(request['resourceSpans']).flatMap((ofResource) => {
    const resource = attributesOf((ofResource['resource'] as Decoded | undefined)?.['attributes'])
    return many(ofResource['scopeSpans']).flatMap((ofScope) => {
      const scope = String((ofScope['scope'] as Decoded | undefined)?.['name'] ?? '')
      return many(ofScope['spans']).map((span): ReceivedSpan => {
        return {
          ...idsOf(span),
          parentSpanId: String(span['parentSpanId'] ?? ''),
          name: String(span['name']),
          kind: Number(span['kind'] ?? 0),
          startNanos: span['startNanos'] as bigint,
          endNanos: span['endNanos'] as bigint,
          attributes: attributesOf(span['attributes']),
          links: many(span['links']).map((link) => ({ ...idsOf(link), attributes: attributesOf(link['attributes']) })),
          droppedLinks: Number(span['droppedLinks'] ?? 0),
          status: Number((span['status'] as Decoded | undefined)?.['code'] ?? 0),
          resource,
          scope,
        }
      })
    })
  })
}

function idsOf(decoded: Decoded): { traceId: string; spanId: string } {
  return { traceId: String(decoded['traceId']), spanId: String(decoded['spanId']) }
}

function many(list: unknown): Decoded[] {
  return (list ?? []) as Decoded[]
}

function attributesOf(list: unknown): Attributes {
  return Object.fromEntries(many(list).map(({ key, value }) => [String(key), anyValue((value ?? {}) as Decoded)]))
}

function anyValue(value: Decoded): unknown {
  const [found] = Object.entries(value)
  if (found === undefined) return ''
  return found[0] === 'array' ? many((found[1] as Decoded)['values']).map(anyValue) : found[1]
}
