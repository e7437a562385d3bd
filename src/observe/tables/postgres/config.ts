import { z } from 'zod'
import { duration } from '../../../config/duration.ts'
import { id } from '../../../config/name.ts'
import { schedule } from '../../../config/schedule.ts'
import { secretRef } from '../../../config/secret.ts'

const URL_ERROR = 'must be postgres://… without a password, or where to find it: { env: NAME } or { file: PATH }'

/** A Postgres database whose tables are watched. Nothing is ever written to it. */
export const postgresWarehouseConfig = z.strictObject({
  id: id.regex(/^[^.]*$/, { error: 'must not hold a ".": tables are named warehouse.schema.table' }),
  type: z.literal('postgres'),
  url: z.union([secretRef, z.string().regex(/^postgres(ql)?:\/\/(?![^/@]*:[^/@]*@)/, { error: URL_ERROR })], {
    error: URL_ERROR,
  }),
  /** When its tables are read, in the workspace's time zone. */
  schedule: schedule.prefault('*/5 * * * *'),
  /** No statement runs longer. */
  statement_timeout: duration.prefault('60s'),
  /** Each pass reads this much once more: rows that commit late, or are mended, are counted then. */
  overlap: duration.prefault('15m'),
  /** A row may become visible this long after its arrival and still be counted in its minute when that is judged. */
  safety: duration.prefault('1m'),
  /** How far back the first pass of a table begins. */
  backfill: duration.prefault('1h'),
})
