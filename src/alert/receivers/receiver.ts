import type { SecretRef } from '../../config/secret.ts'
import type { Duration, Instant } from '../../model/time.ts'
import { oneLine } from '../bounds.ts'
import type { ReceiverConfig } from '../config.ts'
import type { Outgoing } from '../scorecard/notification.ts'
import { receiverType, render, secretRefs, type ReceiverType } from './index.ts'
import { type RenderedRequest, type Secrets, secretPlaceholder } from './request.ts'
import { type Answer, send } from './send.ts'
import { signed } from './webhook/sign.ts'

/** Something that can be told of an incident. */
export interface Receiver {
  readonly name: string
  readonly type: ReceiverType
  /** Why it can't be used (an unset secret), or null. */
  readonly disabled: string | null
  /** What would be sent, secrets as placeholders, unsigned. Never throws. */
  readonly preview: (notification: Outgoing) => RenderedRequest
  /** One attempt, made at `at`. Never throws. */
  readonly send: (notification: Outgoing, at: Instant, signal: AbortSignal) => Promise<Answer>
}

/** What a secret holds now, or why it can't be had. */
type ReadSecret = (ref: SecretRef) => { readonly value: string } | { readonly missing: string }

export interface ReceiverDeps {
  readonly readSecret: ReadSecret
  /** Where the console receiver prints. */
  readonly write: (text: string) => void
  readonly now: () => Instant
  readonly deadline?: Duration
}

/** A receiver with its secrets resolved; disabled where one is missing. */
export function createReceiver(config: ReceiverConfig, deps: ReceiverDeps): Receiver {
  const values = new Map<SecretRef, string>()
  const missing: string[] = []
  for (const ref of secretRefs(config)) {
    const read = deps.readSecret(ref)
    if ('value' in read) values.set(ref, read.value)
    else missing.push(read.missing)
  }
  const secret = (ref: SecretRef): string => values.get(ref) ?? ''
  return {
    name: config.name,
    type: receiverType(config),
    disabled: missing.length === 0 ? null : missing.join('; '),
    preview: (notification) => rendered(config, notification, secretPlaceholder),
    send: async (notification, at, signal) => {
      const request = rendered(config, notification, secret)
      if (request.method === 'NONE')
        return { outcome: 'rejected', status: null, detail: request.body, retryAfter: null }
      if (request.method === 'PRINT') return print(request, deps.write)
      const key = 'webhook' in config ? config.webhook.secret : undefined
      const ready = key === undefined ? request : signed(request, secret(key), at)
      const options = { secrets: [...values.values()], now: deps.now, signal }
      return send(ready, deps.deadline === undefined ? options : { ...options, deadline: deps.deadline })
    },
  }
}

/** What can't be made into a request (a bug, or what another version wrote) is refused for good: it must not hold up what waits behind it. */
function rendered(config: ReceiverConfig, notification: Outgoing, secret: Secrets): RenderedRequest {
  try {
    return render(config, notification, secret)
  } catch (error) {
    const body = oneLine(`it can't be made into a message: ${String(error)}`, 300)
    return { method: 'NONE', url: '', headers: {}, body }
  }
}

function print(request: RenderedRequest, write: (text: string) => void): Answer {
  write(request.body)
  return { outcome: 'sent', status: null, detail: 'printed', retryAfter: null }
}
