import { objectivePercent } from '../../alert/figures.ts'
import { complaint, PROMISE } from '../../alert/wording.ts'
import { isTimeSlice, SEVERITY_RANK, type Severity } from '../../model/sli.ts'
import { formatDuration, MINUTE } from '../../model/time.ts'
import type { BurnWindow } from '../../model/verdict.ts'
import type { BurnRow, Plan, SloPlan } from '../../plan/plan.ts'
import type { Links } from './links.ts'
import { badOf, boundOf, ratioOf } from './recording.ts'
import { literal, type Rule, type RuleGroup } from './rule-file.ts'

/** As long as a breach of Assay's own must be over before its incident resolves. */
const KEEP_FIRING = '15m'

/**
 * Burn-rate alerts from Prometheus for every SLO that has rows: the rows of the plan with the thresholds written out, one
 * alert for each severity that they may raise. A group a domain.
 */
export function burnGroups(plan: Plan, links: Links): readonly RuleGroup[] {
  return [...plan.domains.keys()].sort().flatMap((domain) => {
    const rules = plan.slos.filter((slo) => slo.domain === domain).flatMap((slo) => burnAlerts(plan, slo, links))
    return rules.length === 0 ? [] : [{ name: `assay-burn-${domain}`, interval: '30s', rules }]
  })
}

function burnAlerts(plan: Plan, slo: SloPlan, links: Links): Rule[] {
  const bySeverity = new Map<Severity, BurnRow[]>()
  for (const row of slo.rows) {
    const severity = SEVERITY_RANK[row.severity] > SEVERITY_RANK[slo.severity] ? slo.severity : row.severity
    bySeverity.set(severity, [...(bySeverity.get(severity) ?? []), row])
  }
  return [...bySeverity].map(([severity, rows]) => burnAlert(plan, slo, { severity, rows }, links))
}

function burnAlert(
  plan: Plan,
  slo: SloPlan,
  { severity, rows }: { readonly severity: Severity; readonly rows: readonly BurnRow[] },
  links: Links,
): Rule {
  const event = plan.events.get(slo.event) ?? plan.tables.get(slo.event)
  const assay = event === undefined ? null : links[slo.subject ?? 'event'](slo.event)
  const owner = event?.owner ?? plan.domains.get(slo.domain)?.owner.team ?? ''
  return {
    alert: 'AssayErrorBudgetBurn',
    expr: `${rows.map((row) => condition(slo, row)).join('\nor\n')}\n`,
    keep_firing_for: KEEP_FIRING,
    labels: {
      severity,
      slo: slo.name,
      environment: literal(plan.environment),
      kind: slo.kind,
      ...(owner === '' ? {} : { owner: literal(owner) }),
      ...(event === undefined ? {} : { tier: event.tier }),
    },
    annotations: {
      summary: literal(`${slo.event}: ${complaint(slo, null)}`),
      description: descriptionOf(slo, rows, owner),
      runbook_url: literal(links.runbook(slo.runbook)),
      ...(assay === null ? {} : { assay_url: literal(assay) }),
    },
  }
}

/** One row: the long window beyond doubt and the short one by its plain share; time slices by their share of the whole window. */
function condition(slo: SloPlan, row: BurnRow): string {
  const [long, short] = [formatDuration(row.long) as BurnWindow, formatDuration(row.short) as BurnWindow]
  const of = `{slo="${slo.name}"}`
  const limit = Number((row.threshold * (1 - slo.objective)).toFixed(8))
  const [longShare, shortShare] = isTimeSlice(slo.kind)
    ? [`${badOf(long)}${of} / ${row.long / MINUTE}`, `${badOf(short)}${of} / ${row.short / MINUTE}`]
    : [`${boundOf(long)}${of}`, `${ratioOf(short)}${of}`]
  return `(${longShare} > ${limit} and ${shortShare} > ${limit})`
}

function descriptionOf(slo: SloPlan, rows: readonly BurnRow[], owner: string): string {
  const windows = rows.map(({ long, threshold }) => `burn ${threshold} over ${formatDuration(long)}`).join(' or ')
  const unit = isTimeSlice(slo.kind) ? 'minutes' : 'records'
  const share = `At least {{ $value | humanizePercentage }} of ${unit} are bad`
  const sentences = [
    `${share}; ${slo.name} promises that ${objectivePercent(slo.objective)} ${PROMISE[slo.kind]}.`,
    `Its budget of ${formatDuration(slo.window)} is spent too fast (rows: ${windows}).`,
    literal(slo.description),
    isTimeSlice(slo.kind)
      ? 'Open its page in Assay: it says where the records stopped, and whether others of the same source still come.'
      : 'Open its page in Assay: it names the release, platform or source that the bad records come from; roll that back or mend it.',
    owner === '' ? '' : `Owner: ${literal(owner)}.`,
  ]
  return sentences.filter((sentence) => sentence !== '').join(' ')
}
