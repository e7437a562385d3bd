import { z } from 'zod'
import { text } from '../../config/name.ts'
import { secretRef, urlOrSecret } from '../../config/secret.ts'

/** `telemetry.lineage`: where OpenLineage events go: to a server, to a file of lines, or both. */
export const lineageConfig = z
  .strictObject({
    /** The server's base address, as in OPENLINEAGE_URL. */
    http: urlOrSecret.optional(),
    /** Path below it. */
    endpoint: text.optional(),
    api_key: secretRef.optional(),
    /** NDJSON, relative to the project's folder. */
    file: text.optional(),
  })
  .refine(({ http, file }) => http !== undefined || file !== undefined, {
    error: 'must have http (the address of a server), file (a path), or both',
  })
  .refine(({ http, endpoint, api_key }) => http !== undefined || (endpoint === undefined && api_key === undefined), {
    error: 'has endpoint or api_key without http, which they belong to',
  })
export type LineageConfig = z.infer<typeof lineageConfig>
