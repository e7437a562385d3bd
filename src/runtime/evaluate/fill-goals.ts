import type { Plan } from '../../plan/plan.ts'

/** Properties or columns with a fill goal of their own. */
export function fillGoalsOf(plan: Plan, name: string): readonly string[] {
  const important = plan.events.get(name)?.important ?? []
  const columns = plan.tables.get(name)?.columns ?? []
  return [
    ...important.flatMap(({ property, fill }) => (fill === null ? [] : [property])),
    ...columns.flatMap(({ name: column, fill }) => (fill === null ? [] : [column])),
  ]
}
