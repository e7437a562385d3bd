import { cutUnits } from '../../bounds.ts'
import { headline } from '../../headline.ts'
import type { AlertMessage } from '../../message.ts'
import type { Notification } from '../../notification.ts'
import { JSON_HEADERS, type RenderedRequest, type Secrets } from '../request.ts'
import type { SlackConfig } from './config.ts'
import { codeBlock, escaped, link } from './mrkdwn.ts'

/** Block Kit's limits in characters; one too many and the whole message is refused. */
const SLACK_LIMITS = {
  header: 150,
  section: 3_000,
  fields: 10,
  field: 2_000,
  blocks: 50,
  text: 4_000,
  elements: 10,
} as const
/** Messages above about 13,200 characters of blocks were refused (`msg_blocks_too_long`): kept well below. */
const WHOLE = 9_000

interface Block {
  readonly type: 'header' | 'section' | 'context'
  readonly [key: string]: unknown
}

/** A message for an incoming webhook. The webhook's URL is the secret; it belongs to one channel. */
export function renderSlack(config: SlackConfig, notification: Notification, secret: Secrets): RenderedRequest {
  const text = escaped(headline(notification), SLACK_LIMITS.text)
  const body = {
    text,
    ...(config.channel === undefined ? {} : { channel: config.channel }),
    blocks: blocksOf(notification),
    unfurl_links: false,
    unfurl_media: false,
  }
  return { method: 'POST', url: secret(config.webhook), headers: JSON_HEADERS, body: JSON.stringify(body) }
}

function blocksOf(notification: Notification): readonly Block[] {
  const { message, severity } = notification
  const needed: Block[] = [
    {
      type: 'header',
      text: { type: 'plain_text', text: cutUnits(headline(notification), SLACK_LIMITS.header), emoji: false },
    },
    section(escaped(message.summary || message.title, 1_500)),
    {
      type: 'section',
      fields: message.facts
        .slice(0, SLACK_LIMITS.fields)
        .map(({ label, text }) => mrkdwn(`*${escaped(label, 60)}*\n${escaped(text, 300)}`)),
    },
  ]
  const last: Block = {
    type: 'context',
    elements: [mrkdwn(escaped(`${severity} · ${notification.incident} · to silence: ${message.silence}`, 700))],
  }
  const blocks = [...needed]
  let size = JSON.stringify([...needed, last]).length
  for (const block of optional(message, notification.action)) {
    const more = JSON.stringify(block).length
    if (size + more > WHOLE) continue
    blocks.push(block)
    size += more
  }
  return [...blocks, last].filter((block) => !('fields' in block) || (block['fields'] as unknown[]).length > 0)
}

/** Most helpful first: what doesn't fit is left out, never the rest. */
function optional(message: AlertMessage, action: Notification['action']): Block[] {
  const links = [...(message.link === null ? [] : [link(message.link, 'Open the incident')]), ...runbookLink(message)]
  const open = action === 'trigger' || action === 'update'
  return [
    ...(message.cause.length === 0
      ? []
      : [section(`*Likely cause*\n${escaped(message.cause.slice(0, 3).join('\n'), 1_500)}`)]),
    ...(links.length === 0 ? [] : [section(links.join('  ·  '))]),
    ...(message.example === null || !open
      ? []
      : [section(`*Example, redacted*\n${codeBlock(message.example, 1_500)}`)]),
  ]
}

function runbookLink({ runbook }: AlertMessage): string[] {
  if (runbook === null) return []
  return [runbook.url === null ? `Runbook: ${escaped(runbook.path, 300)}` : link(runbook.url, 'Runbook')]
}

function section(text: string): Block {
  return { type: 'section', text: mrkdwn(text) }
}

function mrkdwn(text: string): { type: 'mrkdwn'; text: string } {
  return { type: 'mrkdwn', text }
}
