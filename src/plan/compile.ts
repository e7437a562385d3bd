import { createHash } from 'node:crypto'
import { nearest } from '../config/nearest.ts'
import type { Located, Project } from '../config/project.ts'
import type { ContractConfig, DomainConfig } from '../config/schema.ts'
import type { Problem } from '../model/problem.ts'
import { compileVersions } from './contract.ts'
import type { DomainPlan, EventPlan, Plan, SloPlan } from './plan.ts'
import { routeProblems } from './routes.ts'
import { slug } from './slug.ts'
import { compileSlo, defaultSlos } from './slos.ts'

/** Puts the parts of a project together. All problems at once; a plan where none of them is an error. `disabled`: why a source can't run, by id. */
export function compilePlan(
  project: Project,
  disabled: ReadonlyMap<string, string> = new Map(),
): { plan: Plan | null; problems: readonly Problem[] } {
  const problems: Problem[] = [...routeProblems(project)]
  const sources = sourcesOf(project, disabled, problems)
  const domains = domainsOf(project, problems)
  const events = eventsOf(project, domains, problems)
  const around = {
    events,
    sources: sources.map(({ id }) => id),
    timezone: project.assay.value.timezone,
    exists: project.exists,
  }
  const slos = new Map<string, SloPlan>()
  for (const located of project.slos) {
    const { slo, problems: wrong } = compileSlo(located, around)
    problems.push(...wrong)
    if (slo === null) continue
    if (slos.has(slo.name)) problems.push(located.problem(['name'], `the SLO "${slo.name}" stands twice: give each its own name`))
    else slos.set(slo.name, slo)
  }
  const explicit = new Set([...slos.values()].map(({ event, kind }) => `${event}\n${kind}`))
  for (const event of events.values()) {
    // What isn't sent yet can't be late.
    const domain = event.status === 'planned' ? undefined : domains.get(event.domain)
    for (const located of domain === undefined ? [] : defaultSlos(domain.located, event)) {
      if (explicit.has(`${event.name}\n${located.value.sli.kind}`)) continue
      const { slo, problems: wrong } = compileSlo(located, around)
      problems.push(...wrong.filter((problem) => !problems.some((known) => known.message === problem.message && known.file === problem.file)))
      if (slo === null) continue
      if (slos.has(slo.name)) problems.push(located.problem([], `the default SLO "${slo.name}" of "${event.name}" has the name of another SLO: rename that one`))
      else slos.set(slo.name, { ...slo, isDefault: true })
    }
  }
  problems.push(...delayProblems([...slos.values()], project))
  if (problems.some(({ severity }) => severity === 'error')) return { plan: null, problems: sorted(problems) }
  const plan: Plan = {
    hash: hashOf(project),
    environment: project.assay.value.environment,
    timezone: project.assay.value.timezone,
    domains: new Map([...domains].map(([name, { plan: domain }]) => [name, domain])),
    events,
    slos: [...slos.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    sources,
  }
  return { plan, problems: sorted(problems) }
}

function sourcesOf(project: Project, disabled: ReadonlyMap<string, string>, problems: Problem[]): Plan['sources'] {
  const seen = new Set<string>()
  return project.assay.value.sources.map(({ id, type }, index) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(id)) {
      problems.push(project.assay.problem(['sources', index, 'id'], `"${id}" is no id: use letters, digits, ".", "_" and "-"`))
    }
    if (seen.has(id)) problems.push(project.assay.problem(['sources', index, 'id'], `the source "${id}" stands twice: give each its own id`))
    seen.add(id)
    return { id, type, disabled: disabled.get(id) ?? null }
  })
}

function domainsOf(project: Project, problems: Problem[]): Map<string, { plan: DomainPlan; located: Located<DomainConfig> }> {
  const domains = new Map<string, { plan: DomainPlan; located: Located<DomainConfig> }>()
  for (const located of project.domains) {
    const { domain: name, owner, tier } = located.value
    if (name !== located.domain) {
      problems.push(located.problem(['domain'], `the folder is called "${located.domain}", this says "${name}": make them the same`))
    }
    if (domains.has(name)) problems.push(located.problem(['domain'], `the domain "${name}" stands twice`))
    const { team, slack = null, pagerduty = null, linear = null, backup = null } = owner
    domains.set(name, { located, plan: { name, owner: { team, slack, pagerduty, linear, backup }, tier } })
  }
  return domains
}

function eventsOf(
  project: Project,
  domains: ReadonlyMap<string, { plan: DomainPlan }>,
  problems: Problem[],
): Map<string, EventPlan> {
  const events = new Map<string, EventPlan>()
  const slugs = new Map<string, string>()
  for (const located of project.contracts) {
    const { versions, notes, problems: wrong } = compileVersions(located)
    problems.push(...wrong)
    const { event: name, description, status, owner } = located.value
    const domain = domains.get(located.domain)?.plan
    if (domain === undefined) {
      problems.push(located.problem([], `the folder "${located.domain}" has no domain.yaml that could be read: an event needs an owner`))
      continue
    }
    if (events.has(name)) {
      problems.push(located.problem(['event'], `the event "${name}" has a contract already: keep one, with several versions`))
      continue
    }
    const own = uniqueSlug(slug(name), slugs)
    slugs.set(own, name)
    if (versions.length === 0) continue
    events.set(name, {
      name,
      slug: own,
      domain: domain.name,
      description,
      status,
      owner: owner ?? domain.owner.team,
      tier: domain.tier,
      versions,
      important: located.value.important.map((one) => (typeof one === 'string' ? { property: one, fill: null } : one)),
      destinations: located.value.destinations.map(destinationOf),
      notes,
    })
  }
  return events
}

/** Two names that differ only in signs have the same slug: the second gets a number. */
function uniqueSlug(wanted: string, taken: ReadonlyMap<string, string>): string {
  if (!taken.has(wanted)) return wanted
  let number = 2
  while (taken.has(`${wanted}-${number}`)) number += 1
  return `${wanted}-${number}`
}

function destinationOf({ table, model, dashboard, key }: ContractConfig['destinations'][number]): EventPlan['destinations'][number] {
  if (table !== undefined) return { kind: 'table', name: table, key: key ?? null }
  if (model !== undefined) return { kind: 'model', name: model, key: key ?? null }
  return { kind: 'dashboard', name: dashboard ?? '', key: key ?? null }
}

/** A record is late by one measure: timeliness SLOs that apply to the same event and source share their `max_delay`. */
function delayProblems(slos: readonly SloPlan[], project: Project): Problem[] {
  const timely = slos.filter(({ kind }) => kind === 'timeliness')
  return timely.flatMap((slo) => {
    const other = timely.find(
      (one) => one.name < slo.name && one.event === slo.event && one.source === slo.source && one.maxDelay !== slo.maxDelay,
    )
    const located = project.slos.find(({ value }) => value.name === slo.name)
    if (other === undefined || located === undefined) return []
    return [located.problem(['sli', 'max_delay'], `"${other.name}" holds the same records to another max_delay: use one, or name a source in each`)]
  })
}

/** Known names, for whoever asks about one: SLOs, events, domains. */
export function nearestName(plan: Plan, name: string): string | null {
  return nearest(name, [...plan.slos.map((slo) => slo.name), ...plan.events.keys(), ...plan.domains.keys()])
}

function hashOf(project: Project): string {
  const hash = createHash('sha256')
  for (const { file, text } of project.texts) hash.update(`${file}\n${text.length}\n${text}\n`)
  return hash.digest('hex')
}

function sorted(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1))
}
