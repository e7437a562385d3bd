import { resolve } from 'node:path'
import { type Project, readProject } from '../config/load.ts'
import { byPlace } from '../config/problem-order.ts'
import { type Problem, problemLine } from '../model/problem.ts'
import { compilePlan } from '../plan/compile.ts'
import type { Plan } from '../plan/plan.ts'
import { kafkaAccessOf } from '../runtime/kafka-access.ts'
import { warehouseKey } from '../plan/tables.ts'
import { warehouseUrlOf, writeKeysOf } from '../runtime/secrets.ts'
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

/**
 * Reads and compiles the configuration. Every problem at once: what could be read is put together even where something else
 * couldn't. `thorough`: every contract is compiled now instead of at its first record. `choose`: what of it is wanted.
 */
export function readConfiguration(
  config: string,
  io: Pick<Io, 'cwd' | 'env'>,
  { thorough = false, choose = (project) => project }: ReadOptions = {},
): { project: Project | null; plan: Plan | null; problems: readonly Problem[] } {
  const read = readProject(resolve(io.cwd, config))
  const project = choose(read.project)
  const compiled = compilePlan(project, disabledSources(project, io.env), thorough)
  const problems = [...read.problems, ...compiled.problems].sort(byPlace)
  const isBroken = problems.some(({ severity }) => severity === 'error')
  return { project: isBroken ? null : project, plan: isBroken ? null : compiled.plan, problems }
}

/** Why sources and warehouses can't be read: a secret is unset, or no write key is set, which would let everybody in. */
function disabledSources(project: Project, env: Io['env']): ReadonlyMap<string, string> {
  const { sources, http, warehouses } = project.assay.value
  const { disabled } = writeKeysOf(http.write_keys, env)
  return new Map([
    ...sources.flatMap((source): [string, string][] => {
      if (source.type === 'kafka') {
        const access = kafkaAccessOf(source, env)
        return 'disabled' in access ? [[source.id, access.disabled]] : []
      }
      return source.type === 'http' && disabled !== null ? [[source.id, disabled]] : []
    }),
    ...warehouses.flatMap(({ id, url }): [string, string][] => {
      const found = warehouseUrlOf(url, env)
      return 'disabled' in found ? [[warehouseKey(id), found.disabled]] : []
    }),
  ])
}

interface ReadOptions {
  readonly thorough?: boolean
  readonly choose?: (project: Project) => Project
}
