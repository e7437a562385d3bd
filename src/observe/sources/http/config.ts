import { z } from 'zod'
import { duration } from '../../../config/duration.ts'
import { id } from '../../../config/name.ts'
import { formatConfig } from '../../decode/config.ts'

/** The collectors on Assay's own HTTP server. Host, port and write keys stand under `http`. */
export const httpSourceConfig = z.strictObject({
  id,
  type: z.literal('http'),
  /** How plain JSON on `/events` is read. */
  format: formatConfig.optional(),
  /** How long an id is remembered, in ms. */
  duplicates_horizon: duration.prefault('24h'),
})
export type HttpSourceConfig = z.infer<typeof httpSourceConfig>
