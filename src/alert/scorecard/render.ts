import { cutUnits } from '../bounds.ts'
import type { ReceiverConfig } from '../config.ts'
import { JSON_HEADERS, type RenderedRequest, type Secrets } from '../receivers/request.ts'
import { escaped, link } from '../receivers/slack/mrkdwn.ts'
import type { SlackConfig } from '../receivers/slack/config.ts'
import type { WebhookConfig } from '../receivers/webhook/config.ts'
import { webhookMessage } from '../receivers/webhook/message.ts'
import type { ScorecardMessage, ScorecardNotification } from './notification.ts'

/** Slack: domains that a message names, and characters of a section. */
const DOMAINS = 12
const SECTION = 2_800

/** What a receiver is sent for a scorecard, not yet signed. PagerDuty gets none: a scorecard is no page. */
export function renderScorecard(
  config: ReceiverConfig,
  notification: ScorecardNotification,
  secret: Secrets,
): RenderedRequest {
  if ('pagerduty' in config) {
    return { method: 'NONE', url: '', headers: {}, body: 'a scorecard is no page: PagerDuty is sent none' }
  }
  if ('slack' in config) return slack(config.slack, notification, secret)
  if ('webhook' in config) return webhook(config.webhook, notification, secret)
  return { method: 'PRINT', url: 'stdout:', headers: {}, body: printed(notification.scorecard) }
}

/** The line that every form begins with. */
function scorecardHeadline({ environment, title }: ScorecardMessage): string {
  return `[${environment}] ${title}`
}

function slack(config: SlackConfig, { scorecard }: ScorecardNotification, secret: Secrets): RenderedRequest {
  const domains = scorecard.domains
    .slice(0, DOMAINS)
    .map(({ name, text }) => `*${escaped(name, 60)}* ${escaped(text, 200)}`)
  const more = scorecard.more + Math.max(0, scorecard.domains.length - DOMAINS)
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: cutUnits(scorecardHeadline(scorecard), 150), emoji: false } },
    ...section([...domains, ...(more > 0 ? [`and ${more} more domains`] : [])]),
    ...section(scorecard.remarks.slice(0, 6).map((remark) => `• ${escaped(remark, 400)}`)),
    ...(scorecard.link === null ? [] : section([link(scorecard.link, 'Open the scorecard')])),
    { type: 'context', elements: [{ type: 'mrkdwn', text: escaped(scorecard.state, 700) }] },
  ]
  const body = {
    text: escaped(scorecardHeadline(scorecard), 4_000),
    ...(config.channel === undefined ? {} : { channel: config.channel }),
    blocks,
    unfurl_links: false,
    unfurl_media: false,
  }
  return { method: 'POST', url: secret(config.webhook), headers: JSON_HEADERS, body: JSON.stringify(body) }
}

/** Lines as one block, whole lines only; none where there is nothing to say. */
function section(lines: readonly string[]): object[] {
  let text = ''
  for (const line of lines) if (text.length + line.length < SECTION) text += `${text === '' ? '' : '\n'}${line}`
  return text === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text } }]
}

function webhook(config: WebhookConfig, notification: ScorecardNotification, secret: Secrets): RenderedRequest {
  const { scorecard } = notification
  return webhookMessage(config, secret, notification, {
    type: 'scorecard.posted',
    data: {
      dedup_key: notification.dedupKey,
      environment: scorecard.environment,
      month: scorecard.month,
      state: scorecard.frozen ? 'frozen' : 'preliminary',
      headline: scorecardHeadline(scorecard),
      summary: scorecard.state,
      score: scorecard.score,
      score_before: scorecard.scoreBefore,
      domains: scorecard.domains.map(({ name, owner, score, scoreBefore, text }) => ({
        domain: name,
        owner,
        score,
        score_before: scoreBefore,
        summary: text,
      })),
      domains_left_out: scorecard.more,
      remarks: scorecard.remarks,
      link: scorecard.link,
    },
  })
}

/** A block of text for a terminal or a log, between rules as alerts are. */
function printed(scorecard: ScorecardMessage): string {
  const width = Math.max(6, ...scorecard.domains.map(({ name }) => name.length))
  const lines = [
    `── scorecard ── ${scorecardHeadline(scorecard)}`,
    `  ${scorecard.state}`,
    ...scorecard.domains.map(({ name, text }) => `  ${name.padEnd(width)}  ${text}`),
    ...(scorecard.more > 0 ? [`  and ${scorecard.more} more domains`] : []),
    ...scorecard.remarks.map((remark) => `  ${remark}`),
    ...(scorecard.link === null ? [] : [`  ${scorecard.link}`]),
    `── scorecard ${scorecard.month}`,
  ]
  return `${lines.join('\n')}\n`
}
