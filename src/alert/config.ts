import { z } from 'zod'
import { consoleConfig } from './receivers/console/config.ts'
import { pagerdutyConfig } from './receivers/pagerduty/config.ts'
import { slackConfig } from './receivers/slack/config.ts'
import { webhookConfig } from './receivers/webhook/config.ts'

const text = z.string().min(1)
const some = z.union([text, z.array(text).min(1)])

export const matchConfig = z.strictObject({
  severity: some.optional(),
  domain: some.optional(),
  event: some.optional(),
  slo: some.optional(),
  tier: some.optional(),
  kind: some.optional(),
  owner: some.optional(),
})
export type MatchConfig = z.infer<typeof matchConfig>

export const receiverConfig = z.union([
  z.strictObject({ name: text, pagerduty: pagerdutyConfig }),
  z.strictObject({ name: text, slack: slackConfig }),
  z.strictObject({ name: text, webhook: webhookConfig }),
  z.strictObject({ name: text, console: consoleConfig }),
])
export type ReceiverConfig = z.infer<typeof receiverConfig>

export const routesConfig = z.strictObject({
  receivers: z.array(receiverConfig).default([]),
  routes: z.array(z.strictObject({ match: matchConfig.optional(), to: z.array(text).min(1) })).default([]),
  inhibitions: z
    .array(
      z.strictObject({ source: matchConfig, target: matchConfig, equal: z.array(matchConfig.keyof()).default([]) }),
    )
    .default([]),
  maintenance: z
    .array(
      z.strictObject({
        match: matchConfig.optional(),
        from: z.iso.datetime({ offset: true }),
        to: z.iso.datetime({ offset: true }),
        reason: text,
      }),
    )
    .default([]),
})
export type RoutesConfig = z.infer<typeof routesConfig>
