import { type FaultServer, type ReceivedRequest, type Reply, startFaultServer } from './fault-server.ts'

/** An incident as PagerDuty keeps it: opened by a trigger, added to by triggers under its key, closed by a resolve. */
interface PagerdutyIncident {
  readonly routingKey: string
  readonly dedupKey: string
  readonly summaries: string[]
  readonly severities: string[]
  status: 'open' | 'acknowledged' | 'resolved'
}

export interface PagerdutyServer extends FaultServer {
  /** Where `enqueue` is. */
  readonly enqueue: string
  readonly incidents: PagerdutyIncident[]
  /** Acknowledge and resolve events without an open alert: dropped, though answered 202. */
  readonly dropped: { readonly action: string; readonly dedupKey: string }[]
  readonly changes: unknown[]
}

const SEVERITIES = ['critical', 'error', 'warning', 'info']
const ACTIONS = ['trigger', 'acknowledge', 'resolve']
const WINDOW = 60_000

/** Events API v2 as documented: its checks and error bodies, dedup by (routing key, key), `limit` events a key in any 60 s. */
export async function startPagerduty(options: { limit?: number; now?: () => number } = {}): Promise<PagerdutyServer> {
  const { limit = 120, now = Date.now } = options
  const incidents: PagerdutyIncident[] = []
  const dropped: PagerdutyServer['dropped'] = []
  const changes: unknown[] = []
  const times = new Map<string, number[]>()
  let generated = 0

  function overLimit(key: string): boolean {
    const recent = (times.get(key) ?? []).filter((at) => at > now() - WINDOW)
    const over = recent.length >= limit
    if (!over) recent.push(now())
    times.set(key, recent)
    return over
  }

  function answer(request: ReceivedRequest): Reply {
    if (request.method !== 'POST') return json(405, { status: 'invalid method' })
    const change = request.path === '/v2/change/enqueue'
    if (!change && request.path !== '/v2/enqueue') return json(404, { status: 'not found' })
    if (Buffer.byteLength(request.body) > 524_288) return invalid(['Event body is too large'])
    const event = parsed(request.body)
    if (event === null) return invalid(['Body is not a JSON object'])
    const errors = change ? changeErrors(event) : eventErrors(event)
    if (errors.length > 0) return invalid(errors)
    if (overLimit(String(event['routing_key']))) {
      return {
        ...json(429, { status: 'throttle exceeded', message: 'Requests for this service are arriving too quickly' }),
      }
    }
    if (change) {
      changes.push(event)
      return json(202, { status: 'success', message: 'Change event processed' })
    }
    const dedupKey = typeof event['dedup_key'] === 'string' ? event['dedup_key'] : `generated-${++generated}`
    take(event, dedupKey)
    return json(202, { status: 'success', message: 'Event processed', dedup_key: dedupKey })
  }

  function take(event: Record<string, unknown>, dedupKey: string): void {
    const routingKey = String(event['routing_key'])
    const open = incidents.find(
      (one) => one.routingKey === routingKey && one.dedupKey === dedupKey && one.status !== 'resolved',
    )
    if (event['event_action'] !== 'trigger') {
      if (open === undefined) dropped.push({ action: String(event['event_action']), dedupKey })
      else open.status = event['event_action'] === 'resolve' ? 'resolved' : 'acknowledged'
      return
    }
    const payload = event['payload'] as { summary: string; severity: string }
    const incident: PagerdutyIncident = open ?? { routingKey, dedupKey, summaries: [], severities: [], status: 'open' }
    incident.summaries.push(payload.summary)
    incident.severities.push(payload.severity)
    if (open === undefined) incidents.push(incident)
  }

  const server = await startFaultServer(answer)
  return { ...server, enqueue: `${server.url}/v2/enqueue`, incidents, dropped, changes }
}

function eventErrors(event: Record<string, unknown>): string[] {
  const errors: string[] = []
  const action = event['event_action']
  const key = event['dedup_key']
  if (!/^[A-Za-z0-9]{32}$/.test(String(event['routing_key'] ?? ''))) errors.push("'routing_key' is invalid")
  if (!ACTIONS.includes(String(action)))
    errors.push("'event_action' is invalid (must be trigger, acknowledge, resolve)")
  if (key !== undefined && (typeof key !== 'string' || key.length > 255)) errors.push("'dedup_key' is invalid")
  if (action !== 'trigger') return key === undefined ? [...errors, "'dedup_key' is missing or blank"] : errors
  const payload = event['payload']
  if (!isObject(payload)) return [...errors, "'payload' is missing or blank"]
  for (const field of ['summary', 'source']) {
    if (typeof payload[field] !== 'string' || payload[field] === '')
      errors.push(`'payload.${field}' is missing or blank`)
  }
  if (Array.from(String(payload['summary'])).length > 1_024) errors.push("'payload.summary' is too long (maximum 1024)")
  if (!SEVERITIES.includes(String(payload['severity']))) errors.push("'payload.severity' is invalid")
  if (payload['timestamp'] !== undefined && Number.isNaN(Date.parse(String(payload['timestamp'])))) {
    errors.push("'payload.timestamp' is invalid")
  }
  if (payload['custom_details'] !== undefined && !isObject(payload['custom_details'])) {
    errors.push("'payload.custom_details' is invalid")
  }
  const links = event['links'] ?? []
  const bad = !Array.isArray(links) || links.some((link) => !isObject(link) || typeof link['href'] !== 'string')
  return bad ? [...errors, "'links' is invalid"] : errors
}

function changeErrors(event: Record<string, unknown>): string[] {
  const payload = event['payload']
  return isObject(payload) && typeof payload['summary'] === 'string' ? [] : ["'payload.summary' is missing or blank"]
}

function invalid(errors: readonly string[]): Reply {
  return json(400, { status: 'invalid event', message: 'Event object is invalid', errors })
}

function json(status: number, body: object): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
