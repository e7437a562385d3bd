import { z } from 'zod'
import { duration } from '../../../config/duration.ts'
import { id } from '../../../config/name.ts'

/** The demo shop: the same seed tells the same story. */
export const demoSourceConfig = z.strictObject({
  id,
  type: z.literal('demo'),
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  days: z.int().min(1).max(60).optional(),
  duplicates_horizon: duration.prefault('24h'),
})
export type DemoSourceConfig = z.infer<typeof demoSourceConfig>
