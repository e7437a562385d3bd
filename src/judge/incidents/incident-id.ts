import { createHash } from 'node:crypto'
import { type Instant, iso } from '../../model/time.ts'

/** An incident's id, fixed for life: it needs nothing but what is known when it opens. */
export function incidentId(environment: string, domain: string, firstSlo: string, openedAt: Instant): string {
  const text = [environment, domain, firstSlo, iso(openedAt)].join('\n')
  return `inc_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
}
