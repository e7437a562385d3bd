import { round6 } from '../../../model/ratio.ts'
import { iso } from '../../../model/time.ts'
import { headline } from '../../headline.ts'
import type { Notification, NotificationAction } from '../../notification.ts'
import type { RenderedRequest, Secrets } from '../request.ts'
import type { WebhookConfig } from './config.ts'
import { webhookMessage } from './message.ts'

const TYPE: Readonly<Record<NotificationAction, string>> = {
  trigger: 'incident.triggered',
  update: 'incident.updated',
  resolve: 'incident.resolved',
  note: 'incident.noted',
}

/** What a signed webhook is sent for an incident. */
export function renderWebhook(config: WebhookConfig, notification: Notification, secret: Secrets): RenderedRequest {
  return webhookMessage(config, secret, notification, {
    type: TYPE[notification.action],
    data: dataOf(notification),
  })
}

function dataOf(notification: Notification): object {
  const { message } = notification
  return {
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
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : round6(value)
}
