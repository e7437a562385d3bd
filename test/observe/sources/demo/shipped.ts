import { join } from 'node:path'
import { type Project, readProject } from '../../../../src/config/load.ts'
import { compilePlan } from '../../../../src/plan/compile.ts'
import type { Plan } from '../../../../src/plan/plan.ts'

/** The rules that `npm start` runs with. */
export function shippedRules(): { readonly project: Project; readonly plan: Plan } {
  const { project, problems } = readProject(join(import.meta.dirname, '../../../../rules/assay.yaml'))
  const { plan, problems: more } = compilePlan(project)
  if (plan === null) throw new Error(JSON.stringify([...problems, ...more]))
  return { project, plan }
}
