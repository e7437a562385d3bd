import { round6 } from '../../../model/ratio.ts'
import { iso, SECOND } from '../../../model/time.ts'
import { headline } from '../../headline.ts'
import type { Notification, NotificationAction } from '../../notification.ts'
import { JSON_HEADERS, type RenderedRequest, type Secrets, urlOf } from '../request.ts'
import type { WebhookConfig } from './config.ts'
import { messageId } from './id.ts'

const SCHEMA_VERSION = 1

const TYPE: Readonly<Record<NotificationAction, string>> = {
  trigger: 'incident.triggered',
  update: 'incident.updated',
  resolve: 'incident.resolved',
  note: 'incident.noted',
}

/** A Standard Webhooks 1.0 message, not yet signed: its signature belongs to one attempt. */
export function renderWebhook(config: WebhookConfig, notification: Notification, secret: Secrets): RenderedRequest {
  const id = messageId(notification)
  return {
    method: 'POST',
    url: urlOf(config.url, secret),
    headers: {
      ...JSON_HEADERS,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(notification.at / SECOND)),
    },
    body: JSON.stringify(bodyOf(id, notification)),
  }
}

function bodyOf(id: string, notification: Notification): object {
  const { message } = notification
  return {
    schema_version: SCHEMA_VERSION,
    id,
    type: TYPE[notification.action],
    timestamp: iso(notification.at),
    data: {
      action: notification.action,
      reason: notification.reason,
      dedup_key: notification.dedupKey,
      severity: notification.severity,
      headline: headline(notification),
      summary: message.summary,
      incident: {
        id: notification.incident,
        environment: message.environment,
        domain: message.domain,
        ...(message.subject === 'table' ? { event: null, table: message.event } : { event: message.event }),
        tier: message.tier,
        owner: message.owner,
        started_at: iso(message.startedAt),
        opened_at: iso(message.openedAt),
        resolved_at: message.resolvedAt === null ? null : iso(message.resolvedAt),
        regression_of: message.regressionOf,
      },
      slos: message.slos.map((slo) => ({
        name: slo.name,
        kind: slo.kind,
        objective: slo.objective,
        ratio: rounded(slo.ratio),
        budget_remaining: rounded(slo.budgetRemaining),
        burn: rounded(slo.burn),
        burn_window: slo.burnWindow,
        budget_gone_at: slo.budgetGoneAt === null ? null : iso(slo.budgetGoneAt),
      })),
      facts: message.facts,
      cause: message.cause,
      example: message.example,
      downstream: message.downstream,
      runbook: message.runbook,
      link: message.link,
      silence: message.silence,
    },
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : round6(value)
}
