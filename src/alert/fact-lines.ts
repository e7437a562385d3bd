import { formatDuration, MINUTE, type Duration, type Instant } from '../model/time.ts'
import type { Verdict } from '../model/verdict.ts'
import type { Destination, Owner, SloPlan } from '../plan/plan.ts'
import { paceOf, timeToExhaustion } from './budget.ts'
import type { AlertFacts } from './facts.ts'
import { factor, localTime, objectivePercent, percent, span, whole } from './figures.ts'
import type { Involved } from './labels.ts'

/** One line of an alert: `Owner`, `payments (domain checkout, P0)`. */
export interface FactLine {
  readonly label: string
  readonly text: string
}

/** SLOs that are shown with their figures; Slack takes ten lines in all. */
const SHOWN = 3

/** Since when, how much against which objective, what is left of the budget, whose it is, where it goes: in that order. */
export function factLines(facts: AlertFacts, slos: readonly SloPlan[]): FactLine[] {
  const { verdicts, involved } = facts
  const { incident, event } = involved
  const destinations = event?.destinations ?? []
  const shown = slos.slice(0, SHOWN)
  const more = slos.slice(SHOWN).map(({ name }) => name)
  return [
    { label: 'Since', text: since(facts) },
    ...shown.map((slo) => ({ label: `Objective (${slo.kind})`, text: against(slo, verdicts.get(slo.name)) })),
    ...shown.flatMap((slo) => budget(slo, verdicts.get(slo.name), facts)),
    { label: 'Owner', text: ownerText(involved) },
    ...(destinations.length === 0 ? [] : [{ label: 'Goes to', text: destinations.map(place).join(', ') }]),
    ...(incident.regressionOf === null
      ? []
      : [{ label: 'Regression of', text: `${incident.regressionOf}, which resolved within the last 7 days` }]),
    ...(more.length === 0 ? [] : [{ label: 'Also', text: more.join(', ') }]),
  ]
}

/** The domain's owner; the team is the event's own where it has one. */
export function ownerOf({ event, domain }: Involved): Owner | null {
  return domain === null ? null : { ...domain.owner, team: event?.owner ?? domain.owner.team }
}

function since({ at, timezone, involved: { incident } }: AlertFacts): string {
  const started = localTime(incident.startedAt, timezone)
  if (incident.resolvedAt === null) return `${started}, for ${span(at - incident.startedAt)}`
  return `${started}; resolved ${localTime(incident.resolvedAt, timezone)}`
}

function against(slo: SloPlan, verdict: Verdict | undefined): string {
  const objective = `${objectivePercent(slo.objective)} over ${formatDuration(slo.window)} (${slo.name})`
  if (verdict?.ratio === undefined || verdict.ratio === null) return objective
  const { ratio, lower, upper, total } = verdict
  const spread = lower === null || upper === null || lower === upper ? '' : ` (${percent(lower)} to ${percent(upper)})`
  return `${objective}; ${percent(ratio, slo.objective)}${spread} of ${whole(total)} so far`
}

function budget(
  slo: SloPlan,
  verdict: Verdict | undefined,
  { at, timezone, involved }: AlertFacts,
): { label: string; text: string }[] {
  if (verdict === undefined || verdict.budgetRemaining === null) return []
  const pace = involved.incident.resolvedAt === null ? paceOf(slo, verdict) : null
  const rate = pace === null ? '' : `; burning ${factor(pace.burn)} × over the last ${formatDuration(pace.window)}`
  const lasts = pace === null ? null : timeToExhaustion(slo, verdict, pace.burn)
  const left =
    verdict.budgetRemaining <= 0
      ? `none: ${percent(1 - verdict.budgetRemaining)} of it is spent`
      : `${percent(verdict.budgetRemaining)}${lasts === null || lasts > slo.window ? '' : gone(at, lasts, timezone)}`
  return [{ label: `Budget left (${slo.kind})`, text: `${left}${rate}` }]
}

function gone(at: Instant, lasts: Duration, timezone: string): string {
  return `; gone in ${lasts < MINUTE ? 'under a minute' : span(lasts)} at this rate, ${localTime(at + lasts, timezone)}`
}

function ownerText(involved: Involved): string {
  const owner = ownerOf(involved)
  const tier = involved.event?.tier ?? involved.domain?.tier
  const where = `domain ${involved.incident.domain}${tier === undefined ? '' : `, ${tier}`}`
  if (owner === null) return where
  const slack = owner.slack === null ? '' : `, ${owner.slack}`
  const backup = owner.backup === null ? '' : `; backup ${owner.backup}`
  return `${owner.team} (${where}${slack}${backup})`
}

function place({ kind, name }: Destination): string {
  return `${kind} ${name}`
}
