import { z } from 'zod'
import { secretRef } from '../../../config/secret.ts'

export const pagerdutyConfig = z.strictObject({
  routing_key: secretRef,
  url: z.union([z.url(), secretRef]).default('https://events.pagerduty.com/v2/enqueue'),
})
export type PagerdutyConfig = z.infer<typeof pagerdutyConfig>
