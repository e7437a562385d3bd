import { z } from 'zod'
import { isIanaZone } from '../model/time.ts'
import { demoSourceConfig } from '../observe/sources/demo/config.ts'
import { fileSourceConfig } from '../observe/sources/file/config.ts'
import { httpSourceConfig } from '../observe/sources/http/config.ts'
import { lineageConfig } from '../report/lineage/config.ts'
import { tracesConfig } from '../report/traces/config.ts'
import { kafkaSourceConfig } from '../observe/sources/kafka/config.ts'
import { postgresWarehouseConfig } from '../observe/tables/postgres/config.ts'
import { duration } from './duration.ts'
import { id, name, text } from './name.ts'
import { secretRef } from './secret.ts'
import { released, volumeConfig } from './volume.ts'

/** In percent. 0.999 is a slip of the pen; 100 leaves no budget. */
const objective = z
  .number()
  .refine((value) => value > 1 || value <= 0, {
    error: ({ input }) =>
      `is ${String(input)} %, since objectives are written in percent: did you mean ${percentOf(Number(input))}?`,
  })
  .refine((value) => value > 0 && value <= 100, { error: 'must lie between 0 and 100: it is a percentage' })
  .refine((value) => value !== 100, {
    error:
      'leaves no error budget: a single bad record would break it for the whole window; write 99.99, or what you can live with',
  })
const tier = z.enum(['P0', 'P1', 'P2', 'P3'])
const severity = z.enum(['page', 'ticket', 'info'])

const sourceConfig = z.discriminatedUnion('type', [
  httpSourceConfig,
  fileSourceConfig,
  demoSourceConfig,
  kafkaSourceConfig,
])
export type SourceConfig = z.infer<typeof sourceConfig>

const warehouseConfig = z.discriminatedUnion('type', [postgresWarehouseConfig])
export type WarehouseConfig = z.infer<typeof warehouseConfig>

/** Paths of SQLite files start in the project's folder. */
const storeConfig = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('sqlite'), path: text.default('.assay/assay.db') }),
  z.strictObject({
    type: z.literal('postgres'),
    url: z.union([secretRef, z.string().regex(/^postgres(ql)?:\/\//)], {
      error: 'must be postgres://…, or where to find it: { env: NAME } or { file: PATH }',
    }),
  }),
])
export type StoreConfig = z.infer<typeof storeConfig>

/** `rules/assay.yaml` */
export const assayConfig = z.strictObject({
  version: z.literal(1),
  environment: id.default('production'),
  timezone: z
    .string()
    .refine(isIanaZone, { error: 'must be the name of a time zone such as Europe/Berlin' })
    .default('UTC'),
  store: storeConfig.default({ type: 'sqlite', path: '.assay/assay.db' }),
  http: z
    .strictObject({
      host: text.default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8686),
      public_url: z
        .url({ protocol: /^https?$/, error: 'must be an address such as https://assay.example.org' })
        .optional(),
      token: secretRef.optional(),
      write_keys: z.array(secretRef).optional(),
    })
    .prefault({}),
  retention: z
    .strictObject({
      // The longest burn window and the hour that it is rounded down to.
      minutes: duration.prefault('73h'),
      hours: duration.prefault('100d'),
      quarantine: duration.prefault('14d'),
    })
    .prefault({}),
  volume: volumeConfig,
  sources: z.array(sourceConfig).default([]),
  telemetry: z.strictObject({ traces: tracesConfig.optional(), lineage: lineageConfig.optional() }).prefault({}),
  warehouses: z.array(warehouseConfig).default([]),
})
export type AssayConfig = z.infer<typeof assayConfig>

const common = { objective, window: duration.optional(), severity: severity.optional() }
const ratioDefault = z.union([objective, z.strictObject(common)], {
  error: 'must be a percentage such as 99.5, or a map with objective',
})

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
          freshness: z.strictObject({ max_age: duration, ...common }).optional(),
          timeliness: z.strictObject({ max_delay: duration, ...common }).optional(),
          volume: ratioDefault.optional(),
        })
        .optional(),
    })
    .optional(),
})
export type DomainConfig = z.infer<typeof domainConfig>

/** A property, or an event, may be called anything that can be sent. */
const anyName = text.max(200, { error: 'must not be longer than 200 characters' })
const important = z.union(
  [
    anyName,
    z.strictObject({
      property: anyName,
      fill: z.number().gt(0).max(100, { error: 'must be a percentage, 100 at most' }),
    }),
  ],
  { error: 'must be the name of a property, or { property: NAME, fill: PERCENT }' },
)
const destination = z
  .strictObject({
    table: text.optional(),
    model: text.optional(),
    dashboard: text.optional(),
    key: text.optional(),
  })
  .refine(({ table, model, dashboard }) => [table, model, dashboard].filter((one) => one !== undefined).length === 1, {
    error: 'must have exactly one of table, model, dashboard',
  })

/** `rules/domains/<domain>/events/*.yaml` */
export const contractConfig = z.strictObject({
  event: anyName.refine((value) => value.isWellFormed() && !value.includes('\u0000'), {
    error: 'holds U+0000 or half a pair of UTF-16: names of events come with U+FFFD in their place, so write that',
  }),
  description: z.string().default(''),
  status: z.enum(['planned', 'active', 'deprecated']).default('active'),
  released: released.optional(),
  owner: name.optional(),
  versions: z
    .array(
      z.strictObject({
        version: z.int().min(1),
        description: z.string().optional(),
        applies_from: z.strictObject({ app_version: text }).optional(),
        schema: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1, { error: 'must have at least one version' }),
  important: z.array(important).default([]),
  destinations: z.array(destination).default([]),
})
export type ContractConfig = z.infer<typeof contractConfig>

const civilTime = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, {
  error: 'must be a time of day in quotes: "08:00"',
})
const day = z.enum(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])
/** In the order of their numbers, Sunday first. */
export const DAYS = day.options

/** One entry of `slos.yaml`. */
export const sloConfig = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, {
    error: 'must be letters, digits, ".", "_" or "-", starting with a letter or digit, 200 at most',
  }),
  description: z.string().optional(),
  sli: z
    .strictObject({
      kind: z.enum(['validity', 'completeness', 'freshness', 'volume', 'uniqueness', 'timeliness']),
      event: anyName.optional(),
      table: text.optional(),
      source: text.optional(),
      max_age: duration.optional(),
      max_delay: duration.optional(),
      active: z
        .strictObject({
          days: z
            .array(day)
            .min(1, { error: 'must name at least one day' })
            .default([...day.options]),
          from: civilTime.default('00:00'),
          to: civilTime.default('24:00'),
        })
        .optional(),
    })
    .refine(({ event, table }) => event !== undefined || table !== undefined, {
      path: ['event'],
      error: 'it must name an event, or a table under "table"',
    })
    .refine(({ event, table }) => event === undefined || table === undefined, {
      path: ['table'],
      error: 'stands beside event: an SLO judges one of them',
    }),
  objective,
  window: duration.prefault('30d'),
  severity: severity.optional(),
  min_total: z.int().min(0).optional(),
  runbook: text.optional(),
})
export type SloConfig = z.infer<typeof sloConfig>

/** 0.999 was meant to be 99.9, 1 perhaps 99. */
function percentOf(ratio: number): number {
  return ratio === 1 ? 99 : Number((ratio * 100).toFixed(6))
}
