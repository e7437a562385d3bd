import { z } from 'zod'
import { secretRef } from '../../../config/secret.ts'

/** An incoming webhook: its address is the secret. */
export const slackConfig = z.strictObject({
  webhook: secretRef,
  channel: z.string().regex(/^#/, { error: 'must start with "#", in quotes: "#data-alerts"' }).optional(),
})
export type SlackConfig = z.infer<typeof slackConfig>
