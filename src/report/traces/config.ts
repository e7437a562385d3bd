import { z } from 'zod'
import { secretRef, urlOrSecret } from '../../config/secret.ts'

/** Where traces are sent: the base address of an OTLP/HTTP endpoint, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it. */
export const tracesConfig = z.strictObject({
  otlp: urlOrSecret,
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: 'must be the name of an HTTP header' }),
      z.union([z.string().regex(/^[\u0020-\u007e]*$/), secretRef], {
        error: 'must be text, or where the secret is found: { env: NAME } or { file: PATH }',
      }),
    )
    .default({}),
  sampling: z
    .number()
    .gt(0, { error: 'must be above 0: to send no traces leave telemetry.traces out' })
    .max(1, { error: 'must be a share of the batches, 1 at most' })
    .optional(),
})
export type TracesConfig = z.infer<typeof tracesConfig>
