import { z } from 'zod'
import { secretRef, urlOrSecret } from '../../config/secret.ts'

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

const VALUE = 'must be one line of ASCII text, or where the secret is found: { env: NAME } or { file: PATH }'

/** Where traces are sent: the base address of an OTLP/HTTP endpoint, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it. */
export const tracesConfig = z.strictObject({
  otlp: urlOrSecret,
  headers: z
    .record(
      z.string(),
      z.union([z.string().regex(/^[\u0020-\u007e]*$/, { error: VALUE }), secretRef], { error: VALUE }),
    )
    .refine((headers) => Object.keys(headers).every((name) => HEADER.test(name)), {
      error: 'must have names of HTTP headers: letters, digits and "-"',
    })
    .default({}),
  sampling: z
    .number()
    .gt(0, { error: 'must be above 0: to send no traces leave telemetry.traces out' })
    .max(1, { error: 'must be a share of the batches, 1 at most' })
    .optional(),
})
export type TracesConfig = z.infer<typeof tracesConfig>
