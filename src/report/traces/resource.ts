import { ATTRIBUTE } from './names.ts'

/** Who sends the spans. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win over it. */
export interface TracedProcess {
  readonly version: string
  readonly environment: string
  /** Unlike that of any other process, and of this one's next start. */
  readonly instance: string
  readonly host: string
  readonly pid: number
}

export function resourceOf({ version, environment, instance, host, pid }: TracedProcess) {
  return {
    [ATTRIBUTE.serviceName]: 'assay',
    [ATTRIBUTE.serviceVersion]: version,
    [ATTRIBUTE.serviceInstance]: instance,
    [ATTRIBUTE.environment]: environment,
    [ATTRIBUTE.host]: host,
    [ATTRIBUTE.pid]: pid,
  }
}
