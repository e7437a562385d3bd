import type { Located, Project } from '../config/project.ts'
import type { SloConfig } from '../config/schema.ts'
import type { Problem } from '../model/problem.ts'
import type { SliKind } from '../model/sli.ts'

/** The runbook that an SLO links to without naming one, below `alerts/`. */
export const RUNBOOKS: Readonly<Record<SliKind, string>> = {
  validity: 'runbooks/schema-violations.md',
  completeness: 'runbooks/completeness.md',
  freshness: 'runbooks/freshness.md',
  uniqueness: 'runbooks/duplicates.md',
  timeliness: 'runbooks/lateness.md',
  volume: 'runbooks/volume.md',
  landing: 'runbooks/lateness.md',
  lag: 'runbooks/ingest-behind.md',
}

/** What is wrong with the runbook of an SLO. `exists`: whether a file exists below the project's folder. */
export function runbookProblems(
  located: Located<SloConfig>,
  runbook: string,
  exists: (path: string) => boolean,
): Problem[] {
  if (/^([/\\]|[A-Za-z]:)/.test(runbook) || runbook.split(/[/\\]/).includes('..')) {
    return [located.problem(['runbook'], 'a runbook lies below alerts/: write its path from there, without ".."')]
  }
  if (located.value.runbook === undefined || exists(`alerts/${runbook}`)) return []
  return [
    located.problem(['runbook'], `there is no file alerts/${runbook}: whoever is woken will look for it`, 'warning'),
  ]
}

/** Runbooks that SLOs get without naming one and that aren't there, each once; nothing where nobody keeps runbooks. */
export function missingRunbooks({ slos, domains, exists }: Project): Problem[] {
  if (!exists('alerts/runbooks')) return []
  const told = new Set<string>()
  const missing = (kind: string, problem: (message: string) => Problem): Problem[] => {
    const runbook = RUNBOOKS[kind as SliKind]
    if (exists(`alerts/${runbook}`) || told.has(runbook)) return []
    told.add(runbook)
    return [
      problem(`there is no file alerts/${runbook}, which every SLO of kind ${kind} links to: write it, or set runbook`),
    ]
  }
  return [
    ...slos.flatMap(({ value, problem }) =>
      value.runbook === undefined ? missing(value.sli.kind, (message) => problem([], message, 'warning')) : [],
    ),
    ...domains.flatMap(({ value, problem }) =>
      Object.keys(value.defaults?.slos ?? {}).flatMap((kind) =>
        missing(kind, (message) => problem(['defaults', 'slos', kind], message, 'warning')),
      ),
    ),
  ]
}
