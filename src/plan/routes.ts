import type { MatchConfig } from '../alert/config.ts'
import type { Path } from '../config/document.ts'
import { isLoopback } from '../config/loopback.ts'
import { didYouMean } from '../config/nearest.ts'
import type { Project, Unread } from '../config/project.ts'
import type { Problem } from '../model/problem.ts'
import { SLI_KINDS } from '../model/sli.ts'
import { DAY, formatDuration, HOUR } from '../model/time.ts'

/** What in `routes.yaml` and `assay.yaml` doesn't fit together: routes to nobody, matches on nothing, doors left open. */
export function routeProblems(project: Project, slos: readonly string[]): Problem[] {
  const { routes } = project
  const { receivers, inhibitions, maintenance } = routes.value
  const problems: Problem[] = [...doorProblems(project)]
  const names = receivers.map(({ name }) => name)
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue
    const message = `the receiver "${name}" stands twice: give each its own name`
    problems.push(routes.problem(['receivers', index, 'name'], message))
  }
  const known = knownValues(project, slos)
  for (const [index, { to, match }] of routes.value.routes.entries()) {
    for (const [place, receiver] of to.entries()) {
      if (names.includes(receiver) || isUnread(project.unread.receivers, receiver)) continue
      const hint = didYouMean(receiver, names, 'define it under receivers')
      problems.push(routes.problem(['routes', index, 'to', place], `there is no receiver "${receiver}": ${hint}`))
    }
    problems.push(...matchProblems(project, known, ['routes', index, 'match'], match))
    const catchesAll = match === undefined || Object.keys(match).length === 0
    if (catchesAll && index < routes.value.routes.length - 1) {
      const message = 'this route matches everything: those after it are never reached'
      problems.push(routes.problem(['routes', index], message, 'warning'))
    }
  }
  if (receivers.length > 0 && routes.value.routes.length === 0) {
    problems.push(routes.problem([], 'there are receivers, but no routes: nobody is told of anything', 'warning'))
  }
  problems.push(...scorecardProblems(project), ...keptProblems(project))
  for (const [index, { source, target }] of inhibitions.entries()) {
    problems.push(...matchProblems(project, known, ['inhibitions', index, 'source'], source))
    problems.push(...matchProblems(project, known, ['inhibitions', index, 'target'], target))
  }
  for (const [index, { match }] of maintenance.entries()) {
    problems.push(...matchProblems(project, known, ['maintenance', index, 'match'], match))
  }
  return problems
}

/** A scorecard for nobody, or for whom only pages may reach. */
function scorecardProblems({ routes, unread }: Project): Problem[] {
  const { receivers, scorecard } = routes.value
  const names = receivers.map(({ name }) => name)
  const to = scorecard?.to ?? []
  return [to].flat().flatMap((name, index) => {
    const at = ['scorecard', 'to', ...(typeof to === 'string' ? [] : [index])]
    const receiver = receivers.find((one) => one.name === name)
    if (receiver === undefined) {
      if (isUnread(unread.receivers, name)) return []
      const hint = didYouMean(name, names, 'define it under receivers')
      return [routes.problem(at, `there is no receiver "${name}": ${hint}`)]
    }
    if (!('pagerduty' in receiver)) return []
    return [
      routes.problem(
        at,
        `"${name}" is PagerDuty, and a scorecard is no page: name a Slack, webhook or console receiver`,
      ),
    ]
  })
}

/** A month and the three days until its scorecard is final, and a day to spare. */
const MONTH_KEPT = 35 * DAY

/** Windows of up to a day are counted from minutes, and pages show a day of them. */
const MINUTES_KEPT = 48 * HOUR

/** What is gone before it has been asked for the last time: minutes by a judge that starts anew, hours by a month that isn't final. */
function keptProblems({ assay, routes }: Project): Problem[] {
  const { minutes, hours } = assay.value.retention
  const problems: Problem[] = []
  if (minutes < MINUTES_KEPT) {
    const message = `minutes are kept for ${formatDuration(minutes)}, less than 48h: after a restart, burn windows that reach further back are judged by what is left`
    problems.push(assay.problem(['retention', 'minutes'], message, 'warning'))
  }
  if (routes.value.scorecard !== undefined && hours < MONTH_KEPT) {
    const message = `hours are kept for ${formatDuration(hours)}, less than the 35d until a month's scorecard is final: what is gone counts as unobserved`
    problems.push(assay.problem(['retention', 'hours'], message, 'warning'))
  }
  return problems
}

function doorProblems({ assay }: Project): Problem[] {
  const { host, token } = assay.value.http
  if (isLoopback(host) || token !== undefined) return []
  const message = `${host} can be reached from other machines: set http.token: { env: ASSAY_TOKEN }, or listen on 127.0.0.1`
  return [assay.problem(['http', 'host'], message)]
}

type Known = {
  readonly [label in keyof MatchConfig]?: { readonly values: readonly string[]; readonly unread?: Unread }
}

function knownValues({ domains, contracts, tables, unread }: Project, slos: readonly string[]): Known {
  return {
    severity: { values: ['page', 'ticket', 'info'] },
    domain: { values: ['assay', ...domains.map(({ domain }) => domain)], unread: unread.domains },
    event: { values: contracts.map(({ value }) => value.event), unread: unread.events },
    table: { values: tables.map(({ value }) => value.table), unread: unread.tables },
    slo: { values: slos },
    tier: { values: ['P0', 'P1', 'P2', 'P3'] },
    kind: { values: [...SLI_KINDS, 'ingest_behind'] },
  }
}

/** Values that no incident can have: a domain, an event or an SLO that doesn't exist. */
function matchProblems(project: Project, known: Known, path: Path, match: MatchConfig | undefined): Problem[] {
  const labels = Object.keys(match ?? {}) as (keyof MatchConfig)[]
  return labels.flatMap((label) => {
    const of = known[label]
    const wanted = match?.[label]
    if (of === undefined || wanted === undefined) return []
    const { values, unread = NOTHING } = of
    return [wanted].flat().flatMap((value, index) => {
      if (values.includes(value) || isUnread(unread, value)) return []
      const hint = didYouMean(value, values, `there are ${values.slice(0, 8).join(', ') || 'none'}`)
      const at = typeof wanted === 'string' ? [...path, label] : [...path, label, index]
      // An SLO may be missing only because something else is wrong with it: that is an error by itself.
      return [
        project.routes.problem(at, `there is no ${label} "${value}": ${hint}`, label === 'slo' ? 'warning' : 'error'),
      ]
    })
  })
}

const NOTHING: Unread = { names: new Set(), all: false }

function isUnread({ names, all }: Unread, name: string): boolean {
  return all || names.has(name)
}
