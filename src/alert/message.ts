import { eventsOf, type Resolution, subjectOf } from '../model/incident.ts'
import type { SliKind, Tier } from '../model/sli.ts'
import { formatDuration, HOUR, type Instant, iso } from '../model/time.ts'
import type { Verdict } from '../model/verdict.ts'
import type { SubjectKind } from '../model/subject.ts'
import type { Destination, Owner, SloPlan } from '../plan/plan.ts'
import { block, oneLine } from './bounds.ts'
import { paceOf, timeToExhaustion } from './budget.ts'
import { type FactLine, factLines, ownerOf } from './fact-lines.ts'
import type { AlertFacts } from './facts.ts'
import { localTime, objectivePercent, span } from './figures.ts'
import { INGEST_BEHIND_RUNBOOK } from './labels.ts'
import { complaint, PROMISE } from './wording.ts'

/** How one SLO stands, for programs that read the alert. Ratios, not percent. */
interface SloStanding {
  readonly name: string
  readonly kind: SliKind
  readonly objective: number
  readonly ratio: number | null
  readonly budgetRemaining: number | null
  readonly burn: number | null
  readonly burnWindow: string | null
  /** When its budget is gone at this rate; null: not at all, or not known. */
  readonly budgetGoneAt: Instant | null
}

/** An alert in words, for whoever reads it at 03:00: nothing in it needs another look-up to be understood. */
export interface AlertMessage {
  /** One line: what is wrong with what. */
  readonly title: string
  /** Two or three sentences: since when, how much against which objective, what else. */
  readonly summary: string
  /** In the order in which they help. */
  readonly facts: readonly FactLine[]
  /** Likely cause, most likely first. */
  readonly cause: readonly string[]
  readonly example: string | null
  readonly link: string | null
  readonly runbook: { readonly path: string; readonly url: string | null } | null
  readonly silence: string
  readonly environment: string
  readonly domain: string
  readonly event: string | null
  /** What `event` names; absent: an event. */
  readonly subject?: SubjectKind
  readonly tier: Tier | null
  readonly owner: Owner | null
  readonly slos: readonly SloStanding[]
  readonly downstream: readonly Destination[]
  readonly startedAt: Instant
  readonly openedAt: Instant
  readonly resolvedAt: Instant | null
  readonly regressionOf: string | null
}

export type { AlertFacts } from './facts.ts'

/** How an incident ended, after "is". */
const ENDED: Readonly<Record<Resolution, string>> = {
  recovered: 'back to normal',
  no_data: 'closed because no record has come for 7 days',
  manual: 'closed because its SLOs were taken out of the rules',
}
const TITLE = 200
const LINE = 600
const EXAMPLE = 1_500
const LIST = 10

export function messageOf(facts: AlertFacts): AlertMessage {
  const { at, involved, verdicts } = facts
  const { incident, event, domain } = involved
  const slos = involved.slos.slice(0, LIST)
  const subject = oneLine(subjectOf(incident) ?? 'Assay', 100)
  const first = slos[0]
  const wrong =
    first === undefined ? null : complaint(first, incident.resolvedAt === null ? paceFor(first, verdicts) : null)
  const said = oneLine(incident.explanation[0] ?? 'it fell behind its sources', LINE)
  const downstream = (event?.destinations ?? []).slice(0, LIST)
  return {
    title: oneLine(`${subject}: ${wrong ?? (incident.event === null ? said : 'breaks an SLO')}`, TITLE),
    summary: summaryOf(facts, subject, slos),
    facts: factLines(facts, slos).map(({ label, text }) => ({ label, text: oneLine(text, LINE) })),
    cause: incident.explanation.slice(0, LIST).map((line) => oneLine(line, LINE)),
    example: facts.example === null ? null : block(facts.example, EXAMPLE),
    link: linked(facts.publicUrl, `incidents/${encodeURIComponent(incident.id)}`),
    runbook: runbookOf(facts),
    silence: silenceOf(facts),
    environment: incident.environment,
    domain: incident.domain,
    event: incident.event,
    ...(incident.subject === 'table' ? { subject: incident.subject } : {}),
    tier: event?.tier ?? domain?.tier ?? null,
    owner: ownerOf(involved),
    slos: slos.map((slo) => standing(slo, verdicts.get(slo.name), at)),
    downstream,
    startedAt: incident.startedAt,
    openedAt: incident.openedAt,
    resolvedAt: incident.resolvedAt,
    regressionOf: incident.regressionOf,
  }
}

function summaryOf(
  { at, timezone, involved, verdicts }: AlertFacts,
  subject: string,
  slos: readonly SloPlan[],
): string {
  const { incident } = involved
  const started = localTime(incident.startedAt, timezone)
  const sentences: string[] = []
  if (incident.resolvedAt !== null) {
    const ended = incident.endedAt ?? incident.resolvedAt
    const how = ENDED[incident.resolution ?? 'recovered']
    sentences.push(`${subject} is ${how}; it was wrong from ${started} for ${span(ended - incident.startedAt)}.`)
  } else if (slos.length === 0) {
    sentences.push(`${subject}: since ${started}, for ${span(at - incident.startedAt)}.`)
  }
  for (const slo of incident.resolvedAt === null ? slos : []) {
    const pace = paceFor(slo, verdicts)
    const over = pace === null || slo.kind === 'freshness' ? '' : ` in the last ${formatDuration(pace.window)}`
    const wanted = `the objective is that ${objectivePercent(slo.objective)} ${PROMISE[slo.kind]}`
    const about = eventsOf(incident).length > 1 ? oneLine(slo.event, 100) : subject
    sentences.push(`${about}: ${complaint(slo, pace)}${over}; ${wanted}.`)
  }
  if (incident.noData) sentences.push('No record arrives at the moment.')
  return oneLine(sentences.join(' '), LINE * 2)
}

function standing(slo: SloPlan, verdict: Verdict | undefined, at: Instant): SloStanding {
  const pace = verdict === undefined ? null : paceOf(slo, verdict)
  const lasts = verdict === undefined || pace === null ? null : timeToExhaustion(slo, verdict, pace.burn)
  return {
    name: slo.name,
    kind: slo.kind,
    objective: slo.objective,
    ratio: verdict?.ratio ?? null,
    budgetRemaining: verdict?.budgetRemaining ?? null,
    burn: pace?.burn ?? null,
    burnWindow: pace === null ? null : formatDuration(pace.window),
    budgetGoneAt: lasts === null || lasts > slo.window ? null : Math.round(at + lasts),
  }
}

function paceFor(slo: SloPlan, verdicts: AlertFacts['verdicts']): ReturnType<typeof paceOf> {
  const verdict = verdicts.get(slo.name)
  return verdict === undefined ? null : paceOf(slo, verdict)
}

function runbookOf({ publicUrl, involved: { slos, incident } }: AlertFacts): AlertMessage['runbook'] {
  const path = slos[0]?.runbook ?? (incident.event === null ? INGEST_BEHIND_RUNBOOK : null)
  if (path === null) return null
  if (/^https?:\/\//.test(path)) return { path, url: path }
  return { path: `alerts/${path}`, url: linked(publicUrl, path) }
}

function linked(publicUrl: string | null, path: string): string | null {
  return publicUrl === null ? null : `${publicUrl.replace(/\/+$/, '')}/${path}`
}

/** A maintenance window to paste: what is known, for four hours. */
function silenceOf({ at, involved: { incident } }: AlertFacts): string {
  const match: Readonly<Record<string, string>> =
    incident.event === null ? { domain: incident.domain } : { [incident.subject ?? 'event']: incident.event }
  const window = `{ match: ${yamlMap(match)}, from: ${quoted(iso(at))}, to: ${quoted(iso(at + 4 * HOUR))}, reason: "known, being mended" }`
  return `add to "maintenance:" in alerts/routes.yaml (it is read by itself): - ${window}`
}

function yamlMap(match: Readonly<Record<string, string>>): string {
  return `{ ${Object.entries(match)
    .map(([label, value]) => `${label}: ${quoted(value)}`)
    .join(', ')} }`
}

/** JSON strings are YAML double-quoted strings. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
