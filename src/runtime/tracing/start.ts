import { randomUUID } from 'node:crypto'
import { readSecret } from '../../config/secret.ts'
import type { TracesConfig } from '../../report/traces/config.ts'
import { tracesUrl } from '../../report/traces/endpoint.ts'
import type { OtlpDeps } from '../../report/traces/otlp.ts'
import type { EmitterStatus } from '../../serve/status.ts'
import type { Log } from '../log.ts'
import { createTracing, NO_TRACING, type Tracing } from './tracing.ts'

export interface TracesDeps {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: Log
  readonly process: Omit<OtlpDeps['process'], 'instance'>
  readonly onSpans: OtlpDeps['onSpans']
  readonly limits?: OtlpDeps['limits']
}

/** Tracing as it is configured: the spans’ side, and what is told of it. */
export interface Traces {
  readonly tracing: Tracing
  readonly status: () => EmitterStatus
  /** Sends what waits, within half a second. */
  readonly close: () => Promise<void>
}

/**
 * Starts sending traces where they are configured and every secret is set; else nothing is loaded and nothing is sent.
 */
export async function startTraces(config: TracesConfig | undefined, deps: TracesDeps): Promise<Traces> {
  if (config === undefined) return off('off', '')
  if (deps.env['OTEL_SDK_DISABLED'] === 'true') return off('off', 'OTEL_SDK_DISABLED is true')
  const read = endpointOf(config, deps.env)
  if ('missing' in read) {
    deps.log.warn({}, `traces are off: ${read.missing}`)
    return off('disabled', read.missing)
  }
  const { createOtlpSink } = await import('../../report/traces/otlp.ts')
  const sink = await createOtlpSink({
    ...read,
    sampling: config.sampling ?? null,
    process: { ...deps.process, instance: randomUUID() },
    onSpans: deps.onSpans,
    onFailure: (why) => {
      if (why === null) deps.log.info({}, 'traces are received again')
      else deps.log.warn({}, `traces are not received, and dropped until they are: ${why}`)
    },
    ...(deps.limits === undefined ? {} : { limits: deps.limits }),
  })
  return {
    tracing: createTracing(sink, deps),
    status: () => {
      const detail = sink.failure()
      return { name: 'traces', state: detail === '' ? 'running' : 'failing', detail }
    },
    close: sink.close,
  }
}

function off(state: 'off' | 'disabled', detail: string): Traces {
  return { tracing: NO_TRACING, status: () => ({ name: 'traces', state, detail }), close: async () => undefined }
}

type Read = { readonly url: string; readonly headers: Readonly<Record<string, string>> } | { readonly missing: string }

function endpointOf(config: TracesConfig, env: TracesDeps['env']): Read {
  const base = typeof config.otlp === 'string' ? { value: config.otlp } : readSecret(config.otlp, env)
  if ('missing' in base) return base
  const url = tracesUrl(base.value)
  if (url === null) return { missing: 'the address of telemetry.traces.otlp is not one of http or https' }
  const headers: Record<string, string> = {}
  for (const [name, ref] of Object.entries(config.headers)) {
    const read = typeof ref === 'string' ? { value: ref } : readSecret(ref, env)
    if ('missing' in read) return read
    headers[name] = read.value
  }
  return { url, headers }
}
