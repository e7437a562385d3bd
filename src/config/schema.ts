import { z } from 'zod'
import { isIanaZone, parseDuration } from '../model/time.ts'
import { demoSourceConfig } from '../observe/sources/demo/config.ts'
import { fileSourceConfig } from '../observe/sources/file/config.ts'
import { httpSourceConfig } from '../observe/sources/http/config.ts'
import { secretRef } from './secret.ts'

const name = z.string().min(1).max(200)
const duration = z.string().refine((text) => parseDuration(text) !== null, 'write a duration: 30s, 15m, 48h, 30d')
/** In percent. 0.999 is a slip of the pen, 100 leaves no budget. */
const objective = z
  .number()
  .refine((value) => value >= 1 || value <= 0, {
    error: ({ input }) =>
      `objectives are written in percent: did you mean ${Number((Number(input) * 100).toFixed(6))}?`,
  })
  .refine(
    (value) => value > 0 && value < 100,
    'an objective lies between 0 and 100 percent; 100 leaves no error budget',
  )
const tier = z.enum(['P0', 'P1', 'P2', 'P3'])
const severity = z.enum(['page', 'ticket', 'info'])

export const sourceConfig = z.discriminatedUnion('type', [httpSourceConfig, fileSourceConfig, demoSourceConfig])
export type SourceConfig = z.infer<typeof sourceConfig>

export const storeConfig = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('sqlite'), path: z.string().min(1) }),
  z.strictObject({ type: z.literal('postgres'), url: z.union([secretRef, z.string().regex(/^postgres(ql)?:\/\//)]) }),
])

/** `rules/assay.yaml` */
export const assayConfig = z.strictObject({
  version: z.literal(1),
  environment: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'use letters, digits, ".", "_" and "-"')
    .default('production'),
  timezone: z
    .string()
    .refine(isIanaZone, 'no such time zone: write an IANA name, for example Europe/Berlin')
    .default('UTC'),
  store: storeConfig.default({ type: 'sqlite', path: '.assay/assay.db' }),
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8686),
      public_url: z.url({ protocol: /^https?$/ }).optional(),
      token: secretRef.optional(),
      write_keys: z.array(secretRef).optional(),
    })
    .prefault({}),
  retention: z
    .strictObject({
      // The longest burn window and the hour that it is rounded down to.
      minutes: duration.default('73h'),
      hours: duration.default('100d'),
      quarantine: duration.default('14d'),
    })
    .prefault({}),
  sources: z.array(sourceConfig).default([]),
})
export type AssayConfig = z.infer<typeof assayConfig>

const ratioDefault = z.union([objective, z.strictObject({ objective, window: duration.optional() })])

/** `rules/domains/<domain>/domain.yaml` */
export const domainConfig = z.strictObject({
  domain: name,
  description: z.string().optional(),
  owner: z.strictObject({
    team: name,
    slack: z.string().optional(),
    pagerduty: z.string().optional(),
    linear: z.string().optional(),
    backup: z.string().optional(),
  }),
  tier: tier.default('P2'),
  defaults: z
    .strictObject({
      slos: z
        .strictObject({
          validity: ratioDefault.optional(),
          completeness: ratioDefault.optional(),
          uniqueness: ratioDefault.optional(),
          freshness: z.strictObject({ max_age: duration, objective, window: duration.optional() }).optional(),
          timeliness: z.strictObject({ max_delay: duration, objective, window: duration.optional() }).optional(),
          volume: z.union([objective, z.strictObject({ objective, window: duration.optional() })]).optional(),
        })
        .optional(),
    })
    .optional(),
})
export type DomainConfig = z.infer<typeof domainConfig>

const important = z.union([name, z.strictObject({ property: name, fill: z.number().gt(0).lte(100) })])
const destination = z
  .strictObject({
    table: name.optional(),
    model: name.optional(),
    dashboard: name.optional(),
    key: z.string().optional(),
  })
  .refine(
    ({ table, model, dashboard }) => [table, model, dashboard].filter((one) => one !== undefined).length === 1,
    'name one of table, model, dashboard',
  )

/** `rules/domains/<domain>/events/*.yaml` */
export const contractConfig = z.strictObject({
  event: name,
  description: z.string().default(''),
  status: z.enum(['planned', 'active', 'deprecated']).default('active'),
  owner: name.optional(),
  versions: z
    .array(
      z.strictObject({
        version: z.int().min(1),
        description: z.string().optional(),
        applies_from: z.strictObject({ app_version: z.string().min(1) }).optional(),
        schema: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1),
  important: z.array(important).default([]),
  destinations: z.array(destination).default([]),
})
export type ContractConfig = z.infer<typeof contractConfig>

const civilTime = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/, 'write a time of day as "08:00"')
const day = z.enum(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])
export const DAYS = day.options

export const sloConfig = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'use letters, digits, ".", "_" and "-"'),
  description: z.string().optional(),
  sli: z.strictObject({
    kind: z.enum(['validity', 'completeness', 'freshness', 'volume', 'uniqueness', 'timeliness']),
    event: name,
    source: name.optional(),
    max_age: duration.optional(),
    max_delay: duration.optional(),
    active: z
      .strictObject({
        days: z
          .array(day)
          .min(1)
          .default([...day.options]),
        from: civilTime,
        to: civilTime,
      })
      .optional(),
  }),
  objective,
  window: duration.default('30d'),
  severity: severity.optional(),
  min_total: z.int().min(0).optional(),
  runbook: z.string().optional(),
})
export type SloConfig = z.infer<typeof sloConfig>

/** `rules/domains/<domain>/slos.yaml` */
export const slosConfig = z.strictObject({ slos: z.array(sloConfig).default([]) })
