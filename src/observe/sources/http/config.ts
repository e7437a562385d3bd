import { z } from 'zod'
import { formatConfig } from '../../decode/config.ts'

/** Collectors on Assay's own port. `format`: how plain JSON on `/events` is read. */
export const httpSourceConfig = z.strictObject({
  id: z.string(),
  type: z.literal('http'),
  format: formatConfig.optional(),
  duplicates_horizon: z.string().optional(),
})
export type HttpSourceConfig = z.infer<typeof httpSourceConfig>
