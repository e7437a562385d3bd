import { z } from 'zod'
import { secretRef, urlOrSecret } from '../../../config/secret.ts'

/** An Events API v2 integration. */
export const pagerdutyConfig = z.strictObject({
  routing_key: secretRef,
  url: urlOrSecret.default('https://events.pagerduty.com/v2/enqueue'),
})
export type PagerdutyConfig = z.infer<typeof pagerdutyConfig>
