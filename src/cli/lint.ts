import { problemLine } from '../model/problem.ts'
import type { ExitCode, Io } from './io.ts'
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
    if (plan === null) io.err(`${errors} ${plural(errors, 'error')}, ${warnings} ${plural(warnings, 'warning')}\n`)
    else {
      const tables = plan.tables.size === 0 ? '' : `, ${plan.tables.size} ${plural(plan.tables.size, 'table')}`
      const watched = `${plan.domains.size} ${plural(plan.domains.size, 'domain')}, ${plan.events.size} ${plural(plan.events.size, 'event')}${tables}, ${plan.slos.length} ${plural(plan.slos.length, 'SLO')}, ${plan.sources.length} ${plural(plan.sources.length, 'source')}`
      io.out(`${watched}: ${warnings === 0 ? 'nothing wrong' : `${warnings} ${plural(warnings, 'warning')}`}\n`)
    }
  }
  return errors > 0 ? 2 : 0
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`
}
