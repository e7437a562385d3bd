import type { Project } from '../config/project.ts'
import type { ContractConfig } from '../config/schema.ts'
import type { Problem } from '../model/problem.ts'
import { compileVersions, importantOf } from './contract.ts'
import type { EventPlan, Plan } from './plan.ts'
import { createValidators } from './schema/validators.ts'
import { slug, uniqueSlug } from './slug.ts'

/** The events that have a contract, by name. `thorough`: compile every schema now instead of at its first record. */
export function compileEvents(
  { contracts, unread }: Pick<Project, 'contracts' | 'unread'>,
  domains: Plan['domains'],
  problems: Problem[],
  thorough: boolean,
): Map<string, EventPlan> {
  const events = new Map<string, EventPlan>()
  const slugs = new Set<string>()
  const places = new Map<string, string>()
  const validators = createValidators()
  for (const located of contracts) {
    const { versions, notes, problems: wrong } = compileVersions(located, validators, thorough)
    problems.push(...wrong)
    const { event: name, description, status, released = null, owner } = located.value
    const before = places.get(name)
    if (before !== undefined) {
      const message = `the event "${name}" has a contract already, at ${before}: keep one, with several versions`
      problems.push(located.problem(['event'], message))
      continue
    }
    const { file, line } = located.problem(['event'], '')
    places.set(name, `${file}:${line}`)
    const domain = domains.get(located.domain)
    // Without one, its domain.yaml has been complained of; with an error, the plan isn't used.
    if (domain === undefined && !unread.domains.names.has(located.domain)) {
      problems.push(located.problem([], `the folder "${located.domain}" has no domain.yaml: an event needs an owner`))
    }
    const { team = '' } = domain?.owner ?? {}
    const own = uniqueSlug(slug(name), slugs)
    slugs.add(own)
    events.set(name, {
      name,
      slug: own,
      domain: located.domain,
      description,
      status,
      released,
      owner: owner ?? team,
      tier: domain?.tier ?? 'P2',
      versions,
      important: importantOf(located.value),
      destinations: located.value.destinations.map(destinationOf),
      notes,
    })
  }
  return events
}

function destinationOf({
  table,
  model,
  dashboard,
  key,
}: ContractConfig['destinations'][number]): EventPlan['destinations'][number] {
  if (table !== undefined) return { kind: 'table', name: table, key: key ?? null }
  if (model !== undefined) return { kind: 'model', name: model, key: key ?? null }
  return { kind: 'dashboard', name: dashboard ?? '', key: key ?? null }
}
