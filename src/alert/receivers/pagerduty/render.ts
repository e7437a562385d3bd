import type { Severity } from '../../../model/sli.ts'
import { iso } from '../../../model/time.ts'
import { cut } from '../../bounds.ts'
import { headline } from '../../headline.ts'
import type { Notification, NotificationAction } from '../../notification.ts'
import { JSON_HEADERS, type RenderedRequest, type Secrets, urlOf } from '../request.ts'
import type { PagerdutyConfig } from './config.ts'

/** Limits of Events API v2: the summary in code points, the whole body in bytes (512 KB, guarded as Alertmanager does). */
const SUMMARY = 1_024
const BODY_BYTES = 512_000

const SEVERITY: Readonly<Record<Severity, 'critical' | 'warning' | 'info'>> = {
  page: 'critical',
  ticket: 'warning',
  info: 'info',
}

/**
 * An update is a trigger under the same dedup key, which PagerDuty appends to the open alert. A note is a resolve: it wakes
 * nobody, and closes an alert whose trigger arrived though nobody saw the answer.
 */
const ACTION: Readonly<Record<NotificationAction, 'trigger' | 'resolve'>> = {
  trigger: 'trigger',
  update: 'trigger',
  resolve: 'resolve',
  note: 'resolve',
}

/** An Events API v2 request. */
export function renderPagerduty(config: PagerdutyConfig, notification: Notification, secret: Secrets): RenderedRequest {
  const whole = eventOf(config, notification, secret, detailsOf(notification))
  const body =
    Buffer.byteLength(whole) <= BODY_BYTES
      ? whole
      : eventOf(config, notification, secret, { dropped: 'the details were over 512 KB: see the incident page' })
  return { method: 'POST', url: urlOf(config.url, secret), headers: JSON_HEADERS, body }
}

function eventOf(config: PagerdutyConfig, notification: Notification, secret: Secrets, details: object): string {
  const { message } = notification
  const links = [
    { href: message.link, text: 'Incident' },
    { href: message.runbook?.url ?? null, text: 'Runbook' },
  ].filter(({ href }) => href !== null)
  return JSON.stringify({
    routing_key: secret(config.routing_key),
    event_action: ACTION[notification.action],
    dedup_key: notification.dedupKey,
    payload: {
      summary: cut(headline(notification), SUMMARY),
      source: cut(message.event ?? 'assay', SUMMARY),
      severity: SEVERITY[notification.severity],
      timestamp: iso(message.openedAt),
      component: cut(message.event ?? 'assay', SUMMARY),
      group: message.domain,
      class: message.slos[0]?.kind ?? 'assay',
      custom_details: details,
    },
    client: 'Assay',
    ...(message.link === null ? {} : { client_url: message.link }),
    ...(links.length === 0 ? {} : { links }),
  })
}

function detailsOf({ incident, message }: Notification): object {
  return {
    summary: message.summary,
    ...Object.fromEntries(message.facts.map(({ label, text }) => [label, text])),
    ...(message.cause.length === 0 ? {} : { 'Likely cause': message.cause }),
    ...(message.example === null ? {} : { 'Example (redacted)': message.example }),
    ...(message.runbook === null ? {} : { Runbook: message.runbook.url ?? message.runbook.path }),
    'To silence': message.silence,
    Incident: incident,
    Environment: message.environment,
  }
}
