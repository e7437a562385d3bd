import { createHmac } from 'node:crypto'
import { type Instant, SECOND } from '../../../model/time.ts'
import type { RenderedRequest } from '../request.ts'

/**
 * The HMAC key of a secret: Standard Webhooks writes it as `whsec_` + base64 of the key's bytes; any other text is the key
 * itself, in UTF-8.
 */
export function signingKey(secret: string): Buffer {
  const text = secret.trim()
  return text.startsWith('whsec_') ? Buffer.from(text.slice('whsec_'.length), 'base64') : Buffer.from(text, 'utf8')
}

/** Signs an attempt made at `at`: HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks 1.0, `v1`). */
export function signed(request: RenderedRequest, secret: string, at: Instant): RenderedRequest {
  const timestamp = String(Math.floor(at / SECOND))
  const content = `${request.headers['webhook-id'] ?? ''}.${timestamp}.${request.body}`
  const signature = createHmac('sha256', signingKey(secret)).update(content).digest('base64')
  return {
    ...request,
    headers: { ...request.headers, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
  }
}
