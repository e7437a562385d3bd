import { createHash } from 'node:crypto'
import { byPlace } from '../config/problem-order.ts'
import type { Located, Project } from '../config/project.ts'
import type { DomainConfig } from '../config/schema.ts'
import type { Problem } from '../model/problem.ts'
import { defaultSlos } from './default-slos.ts'
import { compileEvents } from './events.ts'
import type { DomainPlan, EventPlan, Plan, SloPlan } from './plan.ts'
import { routeProblems } from './routes.ts'
import { missingRunbooks } from './runbooks.ts'
import { compileSlo, subjectOf } from './slos.ts'
import type { TablePlan } from './table-plan.ts'
import { compileTables, warehousesOf } from './tables.ts'
import { compileVolume } from './volume.ts'

/**
 * Puts the parts of a project together. All problems at once; a plan where none of them is an error. `disabled`: why a
 * source can't run, by id (a warehouse: by `warehouseKey`). `thorough`: compile every contract now instead of at its first record, as `lint` does.
 */
export function compilePlan(
  project: Project,
  disabled: ReadonlyMap<string, string> = new Map(),
  thorough = false,
): { plan: Plan | null; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const sources = sourcesOf(project, disabled, problems)
  const domains = domainsOf(project, problems)
  const events = compileEvents(project, plansOf(domains), problems, thorough)
  const warehouses = warehousesOf(project, disabled, problems)
  const tables = compileTables({ project, domains, events, warehouses }, problems)
  const around = {
    events,
    tables,
    sources: sources.map(({ id }) => id),
    unread: project.unread,
    timezone: project.assay.value.timezone,
    retained: project.assay.value.retention.hours,
    exists: project.exists,
  }
  const slos = new Map<string, SloPlan>()
  for (const located of project.slos) {
    const { slo, problems: wrong } = compileSlo(located, around)
    problems.push(...wrong)
    if (slo === null) continue
    if (slos.has(slo.name)) {
      problems.push(located.problem(['name'], `the SLO "${slo.name}" stands twice: give each its own name`))
    } else slos.set(slo.name, slo)
  }
  const explicit = new Set(project.slos.map(({ value: { sli } }) => `${subjectOf(sli).name}\n${sli.kind}`))
  const told = new Set<string>()
  const subjects: readonly (EventPlan | TablePlan)[] = [...events.values(), ...tables.values()]
  for (const event of subjects) {
    const domain = domains.get(event.domain)
    for (const located of domain === undefined ? [] : defaultSlos(domain.located, event)) {
      if (explicit.has(`${event.name}\n${located.value.sli.kind}`)) continue
      const { slo, problems: wrong } = compileSlo(located, around)
      // Every event of the domain has the same to say about its defaults.
      for (const problem of wrong) {
        const key = `${problem.file}:${problem.line}:${problem.message}`
        if (!told.has(key)) problems.push(problem)
        told.add(key)
      }
      if (slo === null) continue
      if (slos.has(slo.name)) {
        const message = `the default SLO "${slo.name}" of "${event.name}" has the name of another SLO: rename that one`
        problems.push(located.problem([], message))
      } else slos.set(slo.name, { ...slo, isDefault: true })
    }
  }
  const volume = compileVolume({ project, domains: plansOf(domains), events, tables }, problems)
  problems.push(
    ...delayProblems([...slos.values()], project),
    ...routeProblems(project, [...slos.keys()]),
    ...missingRunbooks(project),
  )
  if (problems.some(({ severity }) => severity === 'error')) return { plan: null, problems: problems.sort(byPlace) }
  const plan: Plan = {
    hash: hashOf(project),
    environment: project.assay.value.environment,
    timezone: project.assay.value.timezone,
    volume,
    domains: plansOf(domains),
    events,
    tables,
    warehouses: [...warehouses.values()],
    slos: [...slos.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    sources,
  }
  return { plan, problems: problems.sort(byPlace) }
}

function sourcesOf(project: Project, disabled: ReadonlyMap<string, string>, problems: Problem[]): Plan['sources'] {
  const seen = new Set<string>()
  return project.assay.value.sources.map((source, index) => {
    const { id, type } = source
    if (seen.has(id)) {
      const message = `the source "${id}" stands twice: give each its own id`
      problems.push(project.assay.problem(['sources', index, 'id'], message))
    }
    seen.add(id)
    if (type === 'http' && project.assay.value.sources.findIndex((one) => one.type === 'http') < index) {
      const message = 'a second source of type http would never be reached, since both have the same paths: keep one'
      problems.push(project.assay.problem(['sources', index, 'type'], message))
    }
    return { id, type, disabled: disabled.get(id) ?? null }
  })
}

type CompiledDomain = { readonly plan: DomainPlan; readonly located: Located<DomainConfig> }

function plansOf(domains: ReadonlyMap<string, CompiledDomain>): Plan['domains'] {
  return new Map([...domains].map(([name, { plan }]) => [name, plan]))
}

/** By folder, which has the domain's name. */
function domainsOf(project: Project, problems: Problem[]): Map<string, CompiledDomain> {
  const domains = new Map<string, CompiledDomain>()
  for (const located of project.domains) {
    const { domain: name, owner, tier } = located.value
    if (name !== located.domain) {
      const message = `the folder is called "${located.domain}", this says "${name}": make them the same`
      problems.push(located.problem(['domain'], message))
    }
    const { team, slack = null, pagerduty = null, linear = null, backup = null } = owner
    const plan = { name: located.domain, owner: { team, slack, pagerduty, linear, backup }, tier }
    domains.set(located.domain, { located, plan })
  }
  return domains
}

/** A record is late by one measure: timeliness SLOs that apply to the same event and source share their `max_delay`. */
function delayProblems(slos: readonly SloPlan[], project: Project): Problem[] {
  const byEvent = Map.groupBy(
    slos.filter(({ kind }) => kind === 'timeliness'),
    ({ event }) => event,
  )
  return project.slos.flatMap((located) => {
    const { name, sli } = located.value
    const source = sli.source ?? null
    const other = (byEvent.get(subjectOf(sli).name) ?? []).find(
      (one) =>
        sli.kind === 'timeliness' &&
        one.name < name &&
        (one.subject === 'table' || one.source === source || one.source === null || source === null) &&
        one.maxDelay !== sli.max_delay,
    )
    if (other === undefined) return []
    const message = `"${other.name}" holds the same records to another max_delay: use one, or name a source of its own in each`
    return [located.problem(['sli', 'max_delay'], message)]
  })
}

function hashOf(project: Project): string {
  const hash = createHash('sha256')
  for (const { file, text } of project.texts) hash.update(`${file}\n${text.length}\n${text}\n`)
  return hash.digest('hex')
}
