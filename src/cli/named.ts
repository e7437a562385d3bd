import { didYouMean } from '../config/nearest.ts'
import type { Plan, SloPlan } from '../plan/plan.ts'
import { findTable } from '../serve/api/tables.ts'
import { printable } from './printable.ts'

/** What a name in the plan stands for. */
export interface Named {
  readonly kind: 'slo' | 'event' | 'table' | 'domain'
  readonly name: string
  readonly slos: readonly SloPlan[]
}

/** SLOs before events before tables before domains, should they share a name. */
export function findNamed(plan: Plan, name: string): Named | null {
  const slo = plan.slos.find((one) => one.name === name)
  if (slo !== undefined) return { kind: 'slo', name, slos: [slo] }
  const event = plan.events.get(name) ?? [...plan.events.values()].find(({ slug }) => slug === name)
  if (event !== undefined)
    return { kind: 'event', name: event.name, slos: plan.slos.filter((one) => one.event === event.name) }
  const table = findTable(plan.tables, name)
  if (table !== null)
    return { kind: 'table', name: table.name, slos: plan.slos.filter((one) => one.event === table.name) }
  if (!plan.domains.has(name)) return null
  return { kind: 'domain', name, slos: plan.slos.filter(({ domain }) => domain === name) }
}

export function unknownName(plan: Plan, name: string): string {
  const names = [
    ...plan.slos.map((slo) => slo.name),
    ...plan.events.keys(),
    ...plan.tables.keys(),
    ...plan.domains.keys(),
  ]
  const hint = didYouMean(name, names, '`assay status` lists what there is')
  return `there is no SLO, event, table or domain "${printable(name)}": ${hint}`
}
