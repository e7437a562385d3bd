import { z } from 'zod'
import { duration } from '../../../config/duration.ts'
import { id, text } from '../../../config/name.ts'
import { formatConfig } from '../../decode/config.ts'

/** NDJSON, plain or gzipped. `paths`: globs, files or folders, relative to the project. */
export const fileSourceConfig = z.strictObject({
  id,
  type: z.literal('file'),
  paths: z.array(text).min(1, { error: 'must name at least one path' }),
  format: formatConfig,
  /** Whether to wait for more at the files' ends; undefined: the source decides by what the files are. */
  follow: z.boolean().optional(),
  duplicates_horizon: duration.prefault('24h'),
})
export type FileSourceConfig = z.infer<typeof fileSourceConfig>
