import { z } from 'zod'
import { parseDuration } from '../model/time.ts'

/** A duration as users write it (`90s`, `30m`, `1h30m`, `30d`), read to milliseconds. */
export const duration = z.string().transform((text, context) => {
  const parsed = parseDuration(text)
  if (parsed !== null) return parsed
  context.addIssue({ code: 'custom', message: 'must be a duration such as 90s, 30m, 24h or 7d' })
  return z.NEVER
})
