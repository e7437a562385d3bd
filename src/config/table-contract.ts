import { z } from 'zod'
import { duration } from './duration.ts'
import { name, text } from './name.ts'
import { released } from './volume.ts'

/** What a column may hold, whatever the warehouse calls it. */
const COLUMN_TYPES = ['string', 'integer', 'number', 'boolean', 'timestamp', 'date', 'uuid', 'json'] as const
export type ColumnType = (typeof COLUMN_TYPES)[number]

/** Postgres cuts longer names off without a word. */
const LONGEST_NAME = 63

/** The name of a column: whatever can stand between quotes in SQL. */
const columnName = text
  .refine((value) => !value.includes('\u0000'), { error: 'holds U+0000, which no column name can' })
  .refine((value) => new TextEncoder().encode(value).length <= LONGEST_NAME, {
    error: `is longer than ${LONGEST_NAME} bytes, more than a name in Postgres can have`,
  })

const bound = z.union([z.number(), text], { error: 'must be a number, or a date or time in quotes' })
const length = z.int().min(0)
const scalar = z.union([text, z.literal(''), z.number(), z.boolean()], {
  error: 'must be text, a number, true or false',
})

const column = z.strictObject({
  description: z.string().optional(),
  type: z.enum(COLUMN_TYPES).optional(),
  /** Never NULL, and watched by completeness. */
  required: z.boolean().optional(),
  /** Share of rows in percent that must be filled: outside the completeness ratio, held against its own goal. */
  fill: z.number().gt(0).max(100, { error: 'must be a percentage, 100 at most' }).optional(),
  enum: z.array(scalar).min(1, { error: 'must have at least one value' }).optional(),
  minimum: bound.optional(),
  maximum: bound.optional(),
  min_length: length.optional(),
  max_length: length.optional(),
  pattern: text.optional(),
  'x-pii': z.string().optional(),
})
export type ColumnConfig = z.infer<typeof column>

const key = z.union(
  [
    columnName,
    z.array(columnName).min(1, { error: 'must name at least one column' }),
    z.strictObject({
      columns: z.array(columnName).min(1, { error: 'must name at least one column' }),
      horizon: duration.prefault('24h'),
    }),
  ],
  { error: 'must be a column, a list of columns, or { columns: [NAME], horizon: 24h }' },
)

/** `rules/domains/<domain>/tables/*.yaml` */
export const tableConfig = z.strictObject({
  /** `warehouse.schema.table`, parts quoted where they hold a dot: `main.public."odd.name"`. */
  table: text.max(400, { error: 'must not be longer than 400 characters' }),
  description: z.string().default(''),
  status: z.enum(['planned', 'active', 'deprecated']).default('active'),
  released: released.optional(),
  owner: name.optional(),
  /** The column that says when a row arrived: its minute is the row's. */
  arrived_at: columnName,
  event_time: columnName.optional(),
  key: key.optional(),
  columns: z.record(columnName, column).default({}),
})
export type TableConfig = z.infer<typeof tableConfig>
