import type { Agent } from 'node:http'
import type { Sampler } from '@opentelemetry/sdk-trace'
import type { SpanContext } from '../../model/trace.ts'
import { ATTRIBUTE } from './names.ts'
import { resourceOf, type TracedProcess } from './resource.ts'
import { createSpanAccount, type SpanFate } from './span-account.ts'
import { MOST_LINKS, type OpenSpan, type SpanSink, type SpanStart } from './span.ts'

export interface OtlpDeps {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Share of the ingest batches that are traced; null: what `OTEL_TRACES_SAMPLER` says, else all. */
  readonly sampling: number | null
  readonly process: TracedProcess
  readonly onSpans: (fate: SpanFate, count: number) => void
  /** Called when sending begins to fail, and with null when it goes on: not for each batch. */
  readonly onFailure: (why: string | null) => void
  readonly limits?: Partial<OtlpLimits>
}

export interface OtlpLimits {
  /** Ended spans that wait; more are dropped. */
  readonly queue: number
  /** Links of ended spans that wait: about 400 bytes each, and a span may have 128. */
  readonly links: number
  readonly batch: number
  /** A span waits at most this long for others, in ms. */
  readonly delay: number
  /** One export with its retries may take this long, in ms. */
  readonly timeout: number
  /** The last export at the stop may take this long, in ms. */
  readonly close: number
}

const LIMITS: OtlpLimits = { queue: 2_048, links: 32_768, batch: 512, delay: 1_000, timeout: 5_000, close: 500 }

const GRPC_HINT = '4317 is usually the port of OTLP over gRPC; Assay speaks OTLP over HTTP, usually at 4318'

/**
 * Sends spans by OTLP over HTTP, as protobuf. The SDK is loaded here and nowhere else, when traces are configured. Spans
 * are handed over without waiting; what the endpoint doesn't take in time is dropped and counted.
 */
export async function createOtlpSink(deps: OtlpDeps): Promise<SpanSink> {
  const limits = { ...LIMITS, ...deps.limits }
  const [api, { NodeSDK }, { OTLPTraceExporter }, sdk, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
  ])
  let agent: Agent | null = null
  async function agentFor(protocol: string): Promise<Agent> {
    const { Agent } = await (protocol === 'http:' ? import('node:http') : import('node:https'))
    agent = new Agent({ keepAlive: true })
    return agent
  }
  const exporter = new OTLPTraceExporter({
    url: deps.url,
    headers: { ...deps.headers },
    timeoutMillis: limits.timeout,
    concurrencyLimit: 4,
    httpAgentOptions: agentFor,
  })
  const onGrpcPort = URL.parse(deps.url)?.port === '4317'
  const onFailure = (why: string | null) => deps.onFailure(why === null || !onGrpcPort ? why : `${why} (${GRPC_HINT})`)
  const account = createSpanAccount({
    onSpans: deps.onSpans,
    onFailure,
    limits,
    // The exporter's own time-out is over as soon as a byte comes: an answer that trickles would hold its place for ever.
    overdueAfter: 2 * limits.timeout,
    onOverdue: () => agent?.destroy(),
  })
  const batches = new sdk.BatchSpanProcessor({
    exporter: account.counted(exporter),
    maxQueueSize: limits.queue,
    maxExportBatchSize: Math.min(limits.batch, limits.queue),
    scheduledDelayMillis: limits.delay,
    exportTimeoutMillis: 3 * limits.timeout,
  })
  const node = new NodeSDK({
    resource: resources.defaultResource().merge(resources.resourceFromAttributes(resourceOf(deps.process))),
    resourceDetectors: [resources.envDetector],
    spanProcessors: [account.bounded(batches)],
    spanLimits: { linkCountLimit: MOST_LINKS },
    // Left out, they would send to localhost:4318 whatever is configured: metrics are Prometheus' here.
    metricReaders: [],
    logRecordProcessors: [],
    textMapPropagator: null,
    instrumentations: [],
    ...(deps.sampling === null ? {} : { sampler: ingestSampler(deps.sampling) }),
  })
  node.start()
  const tracer = api.trace.getTracer('assay', deps.process.version)
  const kinds = { internal: api.SpanKind.INTERNAL, consumer: api.SpanKind.CONSUMER, client: api.SpanKind.CLIENT }

  /** Batches by the trace's id; evaluations and deliveries are few, and always traced. */
  function ingestSampler(ratio: number): Sampler {
    const ofBatches = new sdk.TraceIdRatioBasedSampler(ratio)
    const ofOthers = new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() })
    return {
      shouldSample: (context, traceId, name, kind, attributes, links) =>
        kind === api.SpanKind.CONSUMER
          ? ofBatches.shouldSample(context, traceId)
          : ofOthers.shouldSample(context, traceId, name, kind, attributes, links),
      toString: () => `IngestSampler{${ratio}}`,
    }
  }

  const otelContext = ({ traceId, spanId, sampled }: SpanContext) => ({
    traceId,
    spanId,
    traceFlags: sampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
  })

  function open({ name, kind, attributes, links, began }: SpanStart, parent: SpanContext | null): OpenSpan {
    const span = tracer.startSpan(
      name,
      {
        kind: kinds[kind],
        attributes,
        links: links.map(({ to, attributes: ofLink = {} }) => ({ context: otelContext(to), attributes: ofLink })),
        ...(began === undefined ? {} : { startTime: began }),
      },
      parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, otelContext(parent)),
    )
    const { traceId, spanId, traceFlags } = span.spanContext()
    return {
      context: { traceId, spanId, sampled: (traceFlags & api.TraceFlags.SAMPLED) !== 0 },
      set: (more) => void span.setAttributes(more),
      end: (error) => {
        if (error !== null) {
          span.setAttribute(ATTRIBUTE.errorType, error)
          span.setStatus({ code: api.SpanStatusCode.ERROR })
        }
        span.end()
      },
    }
  }

  async function close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limits.close)
    })
    await Promise.race([node.shutdown().catch(() => undefined), late])
    clearTimeout(timer)
    account.giveUp()
    agent?.destroy()
    // What the SDK registered is the process's: the next start registers its own.
    for (const registered of [api.trace, api.context, api.propagation]) registered.disable()
  }

  return { open, close, failure: account.failure }
}
