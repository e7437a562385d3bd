import { z } from 'zod'

/** Prints where Assay runs: nothing to set. */
export const consoleConfig = z.strictObject({})
export type ConsoleConfig = z.infer<typeof consoleConfig>
