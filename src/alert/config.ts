import { z } from 'zod'
import { name, text } from '../config/name.ts'
import { schedule } from '../config/schedule.ts'
import { type ConsoleConfig, consoleConfig } from './receivers/console/config.ts'
import { type PagerdutyConfig, pagerdutyConfig } from './receivers/pagerduty/config.ts'
import { type SlackConfig, slackConfig } from './receivers/slack/config.ts'
import { type WebhookConfig, webhookConfig } from './receivers/webhook/config.ts'

const textOrList = z.union([text, z.array(text).min(1)], { error: 'must be a text or a list of texts' })

/** Labels an incident must have: of each label named, one of the values. Empty matches all. */
const matchConfig = z.strictObject({
  severity: textOrList.optional(),
  domain: textOrList.optional(),
  event: textOrList.optional(),
  table: textOrList.optional(),
  slo: textOrList.optional(),
  tier: textOrList.optional(),
  kind: textOrList.optional(),
  owner: textOrList.optional(),
})
export type MatchConfig = z.infer<typeof matchConfig>

export type ReceiverConfig =
  | { readonly name: string; readonly pagerduty: PagerdutyConfig }
  | { readonly name: string; readonly slack: SlackConfig }
  | { readonly name: string; readonly webhook: WebhookConfig }
  | { readonly name: string; readonly console: ConsoleConfig }

/** A name and exactly one of the families' keys. */
const receiverConfig = z
  .strictObject({
    name,
    pagerduty: pagerdutyConfig.optional(),
    slack: slackConfig.optional(),
    webhook: webhookConfig.optional(),
    console: consoleConfig.optional(),
  })
  .transform(({ name, pagerduty, slack, webhook, console }, context): ReceiverConfig => {
    const families = [pagerduty, slack, webhook, console].filter((family) => family !== undefined)
    if (families.length === 1) {
      if (pagerduty !== undefined) return { name, pagerduty }
      if (slack !== undefined) return { name, slack }
      if (webhook !== undefined) return { name, webhook }
      if (console !== undefined) return { name, console }
    }
    context.addIssue({ code: 'custom', message: 'must have exactly one of pagerduty, slack, webhook, console' })
    return z.NEVER
  })

const instant = z.iso.datetime({ offset: true, error: 'must be a time with its zone, such as 2026-03-01T22:00:00Z' })

const maintenanceConfig = z
  .strictObject({ match: matchConfig.optional(), from: instant, to: instant, reason: text })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], error: 'must be after `from`' })

/** alerts/routes.yaml: who is told of what, and when nobody is. */
export const routesConfig = z.strictObject({
  receivers: z.array(receiverConfig).default([]),
  routes: z
    .array(
      z.strictObject({
        match: matchConfig.optional(),
        to: z.array(text).min(1, { error: 'must name at least one receiver' }),
      }),
    )
    .default([]),
  inhibitions: z
    .array(
      z.strictObject({ source: matchConfig, target: matchConfig, equal: z.array(matchConfig.keyof()).default([]) }),
    )
    .default([]),
  maintenance: z.array(maintenanceConfig).default([]),
  /** Who is sent the scorecard of the month before, and when, in the workspace's zone. */
  scorecard: z.strictObject({ to: textOrList, schedule: schedule.prefault('0 9 1 * *') }).optional(),
})
export type RoutesConfig = z.infer<typeof routesConfig>
