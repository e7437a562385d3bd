import { z } from 'zod'

export const consoleConfig = z.strictObject({})
export type ConsoleConfig = z.infer<typeof consoleConfig>
