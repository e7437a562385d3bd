import { resolve } from 'node:path'
import { type Project, loadProject } from '../config/load.ts'
import { type Problem, problemLine } from '../model/problem.ts'
import { compilePlan } from '../plan/compile.ts'
import type { Plan } from '../plan/plan.ts'
import type { Io } from './io.ts'

/** A configuration that is fit to work with. */
export interface Configured {
  readonly project: Project
  readonly plan: Plan
  readonly warnings: readonly Problem[]
}

/** Reads and compiles the configuration; prints every problem and answers null where one of them is an error. */
export function configured(config: string, io: Io): Configured | null {
  const { project, plan, problems } = readConfiguration(config, io)
  if (project !== null && plan !== null) return { project, plan, warnings: problems }
  for (const problem of problems) io.err(`${problemLine(problem)}\n`)
  return null
}

export function readConfiguration(
  config: string,
  io: Pick<Io, 'cwd'>,
): { project: Project | null; plan: Plan | null; problems: readonly Problem[] } {
  const { project, problems } = loadProject(resolve(io.cwd, config))
  if (project === null) return { project, plan: null, problems }
  const compiled = compilePlan(project)
  return { project, plan: compiled.plan, problems: [...problems, ...compiled.problems] }
}
