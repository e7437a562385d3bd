import type { Duration, Instant } from '../../../model/time.ts'
import { MINUTE } from '../../../model/time.ts'
import type { KafkaLog } from './client.ts'

const AGAIN_AFTER: Duration = MINUTE
/** Lines remembered; beyond that all are forgotten. */
const MOST = 200

/** The same log, in which a line that says the same again within a minute is left out: a broker that is down for a night is tried all night. */
export function withoutRepeats(log: KafkaLog, now: () => Instant): KafkaLog {
  const said = new Map<string, Instant>()
  const isNew = (message: string): boolean => {
    const last = said.get(message)
    if (last !== undefined && now() - last < AGAIN_AFTER) return false
    if (said.size >= MOST) said.clear()
    said.set(message, now())
    return true
  }
  return {
    info: (fields, message) => {
      if (isNew(message)) log.info(fields, message)
    },
    warn: (fields, message) => {
      if (isNew(message)) log.warn(fields, message)
    },
  }
}
