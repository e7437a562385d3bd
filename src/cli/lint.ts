import { problemLine } from '../model/problem.ts'
import type { ExitCode, Io } from './io.ts'
import { counted } from './printable.ts'
import { readConfiguration } from './project.ts'

export interface LintOptions {
  readonly config: string
  readonly json: boolean
}

/** Prints every problem of the configuration, then what is watched. 2 where one is an error. */
export async function lint({ config, json }: LintOptions, io: Io): Promise<ExitCode> {
  const { plan, problems } = readConfiguration(config, io, { thorough: true })
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  if (json) {
    const counts =
      plan === null
        ? null
        : {
            domains: plan.domains.size,
            events: plan.events.size,
            tables: plan.tables.size,
            slos: plan.slos.length,
            sources: plan.sources.length,
          }
    io.out(`${JSON.stringify({ schema_version: 1, ok: errors === 0, problems, watched: counts })}\n`)
  } else {
    for (const problem of problems) io.out(`${problemLine(problem)}\n`)
    if (plan === null) io.err(`${counted(errors, 'error')}, ${counted(warnings, 'warning')}\n`)
    else {
      const { domains, events, tables, slos, sources } = plan
      const watched = [
        counted(domains.size, 'domain'),
        counted(events.size, 'event'),
        ...(tables.size === 0 ? [] : [counted(tables.size, 'table')]),
        counted(slos.length, 'SLO'),
        counted(sources.length, 'source'),
      ].join(', ')
      io.out(`${watched}: ${warnings === 0 ? 'nothing wrong' : counted(warnings, 'warning')}\n`)
    }
  }
  return errors > 0 ? 2 : 0
}
