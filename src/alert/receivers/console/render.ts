import { headline } from '../../headline.ts'
import type { Notification } from '../../notification.ts'
import type { RenderedRequest } from '../request.ts'

/** A block of text for a terminal or a log, between rules, so that it is found again by eye. */
export function renderConsole(notification: Notification): RenderedRequest {
  const { message, severity } = notification
  const open = notification.action === 'trigger' || notification.action === 'update'
  const width = Math.max(10, ...message.facts.map(({ label }) => label.length))
  const line = (label: string, text: string): string => `  ${label.padEnd(width)}  ${text}`
  const lines = [
    `── ${severity} ── ${headline(notification)}`,
    `  ${message.summary}`,
    ...message.facts.map(({ label, text }) => line(label, text)),
    ...message.cause.map((text, index) => line(index === 0 ? 'Cause' : '', text)),
    ...(message.example === null || !open ? [] : [line('Example', message.example.replaceAll('\n', ' '))]),
    ...(message.link === null ? [] : [line('Incident', message.link)]),
    ...(message.runbook === null ? [] : [line('Runbook', message.runbook.url ?? message.runbook.path)]),
    ...(open ? [line('To silence', message.silence)] : []),
    `── ${notification.incident}`,
  ]
  return { method: 'PRINT', url: 'stdout:', headers: {}, body: `${lines.join('\n')}\n` }
}
