import type { SecretRef } from '../../config/secret.ts'
import type { ReceiverConfig } from '../config.ts'
import { isScorecard, type Outgoing } from '../scorecard/notification.ts'
import { renderScorecard } from '../scorecard/render.ts'
import { renderConsole } from './console/render.ts'
import { renderPagerduty } from './pagerduty/render.ts'
import type { RenderedRequest, Secrets } from './request.ts'
import { renderSlack } from './slack/render.ts'
import { renderWebhook } from './webhook/render.ts'

export type ReceiverType = 'pagerduty' | 'slack' | 'webhook' | 'console'

/** Which of the family a receiver is: the one key beside its name. */
export function receiverType(config: ReceiverConfig): ReceiverType {
  if ('pagerduty' in config) return 'pagerduty'
  if ('slack' in config) return 'slack'
  if ('webhook' in config) return 'webhook'
  return 'console'
}

/** What a receiver is sent for a notification: delivery gives the secrets, a replay their placeholders. Not yet signed. */
export function render(config: ReceiverConfig, notification: Outgoing, secret: Secrets): RenderedRequest {
  if (isScorecard(notification)) return renderScorecard(config, notification, secret)
  if ('pagerduty' in config) return renderPagerduty(config.pagerduty, notification, secret)
  if ('slack' in config) return renderSlack(config.slack, notification, secret)
  if ('webhook' in config) return renderWebhook(config.webhook, notification, secret)
  config.console satisfies object
  return renderConsole(notification)
}

/** Every secret a receiver needs before it can send. */
export function secretRefs(config: ReceiverConfig): readonly SecretRef[] {
  if ('pagerduty' in config) return [config.pagerduty.routing_key, ...written(config.pagerduty.url)]
  if ('slack' in config) return [config.slack.webhook]
  if ('webhook' in config) return [...written(config.webhook.url), ...written(config.webhook.secret)]
  return []
}

function written(value: string | SecretRef | undefined): readonly SecretRef[] {
  return value === undefined || typeof value === 'string' ? [] : [value]
}
