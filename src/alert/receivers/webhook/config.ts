import { z } from 'zod'
import { secretRef, urlOrSecret } from '../../../config/secret.ts'

/** Any address of one's own; with a secret, requests are signed. */
export const webhookConfig = z.strictObject({ url: urlOrSecret, secret: secretRef.optional() })
export type WebhookConfig = z.infer<typeof webhookConfig>
