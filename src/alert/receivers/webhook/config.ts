import { z } from 'zod'
import { secretRef } from '../../../config/secret.ts'

export const webhookConfig = z.strictObject({ url: z.union([z.url(), secretRef]), secret: secretRef.optional() })
export type WebhookConfig = z.infer<typeof webhookConfig>
