import { createHmac, timingSafeEqual } from 'node:crypto'
import { type FaultServer, type ReceivedRequest, type Reply, startFaultServer } from './fault-server.ts'

export interface WebhookServer extends FaultServer {
  readonly endpoint: string
  /** Bodies whose signature held, each message id once. */
  readonly messages: { readonly id: string; readonly body: Record<string, unknown> }[]
}

const TOLERANCE = 300

/** A Standard Webhooks 1.0 consumer: verifies id, age and signature, answers 401 where they don't hold, keeps each id once. */
export async function startWebhook(options: { secret: string | null; now?: () => number }): Promise<WebhookServer> {
  const { secret, now = Date.now } = options
  const messages: WebhookServer['messages'] = []

  function answer(request: ReceivedRequest): Reply {
    if (request.method !== 'POST' || request.path !== '/alerts') return { status: 404, body: 'not here' }
    if (secret !== null && !verified(request, secret, now()))
      return { status: 401, body: 'the signature does not hold' }
    const id = String(request.headers['webhook-id'] ?? '')
    if (!messages.some((message) => message.id === id)) messages.push({ id, body: JSON.parse(request.body) })
    return { status: 204, body: '' }
  }

  const server = await startFaultServer(answer)
  return { ...server, endpoint: `${server.url}/alerts`, messages }
}

function verified({ headers, body }: ReceivedRequest, secret: string, now: number): boolean {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name] ?? ''),
  ) as [string, string, string]
  if (id === '' || id.includes('.') || !/^\d+$/.test(timestamp)) return false
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE) return false
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  return signatures.split(' ').some((entry) => {
    const [version, value = ''] = entry.split(',')
    const given = Buffer.from(value, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}
