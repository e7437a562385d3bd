import type { Project } from '../config/project.ts'
import type { SourceConfig } from '../config/schema.ts'

/** What of a new configuration takes effect only at the next start, in words. */
export function needsRestart(before: Project, after: Project): readonly string[] {
  const [old, next] = [before.assay.value, after.assay.value]
  const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)
  const collectors = (sources: readonly SourceConfig[]) => sources.filter(({ type }) => type === 'http')
  return [
    ...(differs(old.store, next.store) ? ['store: takes effect at the next start'] : []),
    ...(differs(old.http, next.http) ? ['http: takes effect at the next start'] : []),
    ...(differs(old.telemetry, next.telemetry) ? ['telemetry: takes effect at the next start'] : []),
    ...(differs(collectors(old.sources), collectors(next.sources))
      ? ['sources of type http: take effect at the next start']
      : []),
  ]
}
