import type { MatchConfig } from '../alert/config.ts'
import { nearest } from '../config/nearest.ts'
import type { Path } from '../config/document.ts'
import type { Project } from '../config/project.ts'
import { isLoopback } from '../config/loopback.ts'
import type { Problem } from '../model/problem.ts'

/** What in `routes.yaml` and `assay.yaml` doesn't fit together: routes to nobody, matches on nothing, doors left open. */
export function routeProblems(project: Project): Problem[] {
  const problems: Problem[] = []
  const { routes, assay } = project
  const names: string[] = []
  routes.value.receivers.forEach(({ name }, index) => {
    if (names.includes(name)) problems.push(routes.problem(['receivers', index, 'name'], `the receiver "${name}" stands twice: give each its own name`))
    names.push(name)
  })
  routes.value.routes.forEach(({ to, match }, index) => {
    to.forEach((receiver, place) => {
      if (names.includes(receiver)) return
      const near = nearest(receiver, names)
      problems.push(routes.problem(['routes', index, 'to', place], `there is no receiver "${receiver}": ${near === null ? 'define it under receivers' : `did you mean "${near}"?`}`))
    })
    problems.push(...matchProblems(project, ['routes', index, 'match'], match))
    const catchesAll = match === undefined || Object.keys(match).length === 0
    if (catchesAll && index < routes.value.routes.length - 1) {
      problems.push(routes.problem(['routes', index], 'this route matches everything: those after it are never reached', 'warning'))
    }
  })
  routes.value.inhibitions.forEach(({ source, target }, index) => {
    problems.push(...matchProblems(project, ['inhibitions', index, 'source'], source), ...matchProblems(project, ['inhibitions', index, 'target'], target))
  })
  routes.value.maintenance.forEach(({ match, from, to }, index) => {
    problems.push(...matchProblems(project, ['maintenance', index, 'match'], match))
    if (Date.parse(from) >= Date.parse(to)) problems.push(routes.problem(['maintenance', index, 'to'], 'this window ends before it begins'))
  })
  const { host, token } = assay.value.http
  if (!isLoopback(host) && token === undefined) {
    problems.push(assay.problem(['http', 'host'], `${host} can be reached from other machines: set http.token: { env: ASSAY_TOKEN }, or listen on 127.0.0.1`))
  }
  return problems
}

/** Values that no incident can have: a domain, an event or an SLO that doesn't exist. */
function matchProblems(project: Project, path: Path, match: MatchConfig | undefined): Problem[] {
  const known: Partial<Record<keyof MatchConfig, readonly string[]>> = {
    severity: ['page', 'ticket', 'info'],
    domain: ['assay', ...project.domains.map(({ value }) => value.domain)],
    event: project.contracts.map(({ value }) => value.event),
    tier: ['P0', 'P1', 'P2', 'P3'],
    kind: ['validity', 'completeness', 'freshness', 'volume', 'uniqueness', 'timeliness', 'ingest_behind'],
  }
  return Object.entries(match ?? {}).flatMap(([label, wanted]) => {
    const values = known[label as keyof MatchConfig]
    if (values === undefined || wanted === undefined) return []
    return (typeof wanted === 'string' ? [wanted] : wanted).flatMap((value) => {
      if (values.includes(value)) return []
      const near = nearest(value, values)
      return [project.routes.problem([...path, label], `there is no ${label} "${value}": ${near === null ? `there are ${values.slice(0, 8).join(', ')}` : `did you mean "${near}"?`}`)]
    })
  })
}
