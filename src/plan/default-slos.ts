import type { Located } from '../config/project.ts'
import type { DomainConfig, SloConfig } from '../config/schema.ts'
import { DAY } from '../model/time.ts'
import type { EventPlan } from './plan.ts'
import type { TablePlan } from './table-plan.ts'
import { watchesOnTable } from './table-slos.ts'

/**
 * The default SLOs of the domain of an event or a table, as if they had been written out. A planned event has none, since what isn't sent yet
 * can't be late; a deprecated one is still judged, but may fall silent.
 */
export function defaultSlos(domain: Located<DomainConfig>, event: EventPlan | TablePlan): Located<SloConfig>[] {
  if (event.status === 'planned') return []
  const defaults = domain.value.defaults?.slos ?? {}
  return Object.entries(defaults).flatMap(([name, given]) => {
    if (given === undefined) return []
    const kind = name as SloConfig['sli']['kind']
    if ('warehouse' in event && !watchesOnTable(event, kind)) return []
    if (event.status === 'deprecated' && (kind === 'freshness' || kind === 'volume')) return []
    const { objective, window, severity, ...parameters } =
      typeof given === 'number' ? { objective: given } : { ...given }
    const value: SloConfig = {
      name: `${event.slug}-${kind}`,
      sli: {
        kind,
        ...('warehouse' in event ? { table: event.name } : { event: event.name }),
        ...parameters,
      },
      objective,
      window: window ?? 30 * DAY,
      severity,
    }
    return [
      {
        value,
        domain: domain.domain,
        problem: (_path, message, severity) => domain.problem(['defaults', 'slos', kind], message, severity),
      },
    ]
  })
}
