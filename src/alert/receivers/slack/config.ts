import { z } from 'zod'
import { secretRef } from '../../../config/secret.ts'

export const slackConfig = z.strictObject({ webhook: secretRef, channel: z.string().regex(/^#/).optional() })
export type SlackConfig = z.infer<typeof slackConfig>
