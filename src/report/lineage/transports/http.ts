import type { Duration, Instant } from '../../../model/time.ts'
import type { Emitted, Emitter } from './emitter.ts'

interface Posted {
  readonly outcome: 'sent' | 'rejected' | 'unauthorised' | 'later'
  readonly detail: string
  readonly retryAfter: Duration | null
}

/** Posts once, within a deadline, following no redirect; never throws, and shows no secret. */
export type Post = (
  request: {
    readonly method: 'POST'
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  },
  options: {
    readonly secrets: readonly string[]
    readonly now: () => Instant
    readonly signal: AbortSignal
    readonly deadline: Duration
  },
) => Promise<Posted>

export interface HttpEmitterDeps {
  /** The server's base address. */
  readonly url: string
  /** Path below it. */
  readonly endpoint: string
  readonly apiKey: string | null
  readonly post: Post
  readonly now: () => Instant
  readonly deadline: Duration
}

/** Where events of a server are posted: the endpoint below its address, unless that already ends in it. */
export function endpointOf(url: string, endpoint: string): string {
  const base = url.replace(/\/+$/, '')
  const path = endpoint.replace(/^\/+/, '')
  return base.endsWith(`/${path}`) ? base : `${base}/${path}`
}

/** Posts each event to a server that speaks OpenLineage. */
export function createHttpEmitter({ url, endpoint, apiKey, post, now, deadline }: HttpEmitterDeps): Emitter {
  const address = endpointOf(url, endpoint)
  const authorization: Record<string, string> = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...authorization }
  const secrets = apiKey === null ? [url] : [apiKey, url]
  return {
    name: 'http',
    emit: async (event, signal): Promise<Emitted> => {
      const request = { method: 'POST', url: address, headers, body: JSON.stringify(event) } as const
      const { outcome, detail, retryAfter } = await post(request, { secrets, now, signal, deadline })
      return { outcome: outcome === 'unauthorised' ? 'rejected' : outcome, detail, retryAfter }
    },
  }
}
