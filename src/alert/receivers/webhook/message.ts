import { iso, SECOND } from '../../../model/time.ts'
import { JSON_HEADERS, type RenderedRequest, type Secrets, urlOf } from '../request.ts'
import type { WebhookConfig } from './config.ts'
import { messageId } from './id.ts'

const SCHEMA_VERSION = 1

/** A Standard Webhooks 1.0 message, not yet signed: its signature belongs to one attempt. */
export function webhookMessage(
  config: WebhookConfig,
  secret: Secrets,
  notification: Parameters<typeof messageId>[0],
  { type, data }: { readonly type: string; readonly data: object },
): RenderedRequest {
  const id = messageId(notification)
  const { at } = notification
  return {
    method: 'POST',
    url: urlOf(config.url, secret),
    headers: { ...JSON_HEADERS, 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / SECOND)) },
    body: JSON.stringify({ schema_version: SCHEMA_VERSION, id, type, timestamp: iso(at), data }),
  }
}
