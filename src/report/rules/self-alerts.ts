import type { Severity } from '../../model/sli.ts'
import type { Plan } from '../../plan/plan.ts'
import { UNDELIVERED } from '../metrics/families.ts'
import type { Links } from './links.ts'
import { literal, type Rule, type RuleGroup } from './rule-file.ts'

/** Several instances share a job; which of them judges doesn't matter. */
const WITHOUT = 'without (instance, pod)'
/** Targets that have been an Assay within a day: whatever their job is called. */
const TARGETS = 'up and on (job, instance) last_over_time(assay_build_info[1d])'
/** How far a source is behind beyond what its nature explains, unless it is catching up: then the delay falls by itself. */
const BEHIND = `max ${WITHOUT} (assay_watermark_delay_seconds - assay_watermark_rhythm_seconds)`
const NOT_CATCHING_UP = `max ${WITHOUT} (delta(assay_watermark_delay_seconds[10m])) > -60`

interface SelfAlert {
  readonly alert: string
  readonly severity: Severity
  readonly expr: string
  readonly for: string
  readonly summary: string
  readonly description: string
  /** Below `alerts/runbooks/`. */
  readonly runbook: string
}

const ALERTS: readonly SelfAlert[] = [
  {
    alert: 'AssayDown',
    severity: 'page',
    expr: `(max by (job) (${TARGETS}) == 0)\nor\nabsent(${TARGETS})\n`,
    for: '2m',
    summary: 'No Assay answers: nobody watches the event data',
    description:
      'Prometheus reaches no instance of Assay. Records that senders keep, files and topics are read on from where it was; what browsers send now may be lost. Start it, then see what its log says of the stop.',
    runbook: 'assay-down.md',
  },
  {
    alert: 'AssayInstanceDown',
    severity: 'ticket',
    expr: `(${TARGETS}) == 0\n`,
    for: '10m',
    summary: 'The Assay at {{ $labels.instance }} does not answer',
    description:
      'Others may have taken over; what this one alone collects is not read. Start it, or take it out of the targets if it went for good.',
    runbook: 'assay-down.md',
  },
  {
    alert: 'AssayStalled',
    severity: 'page',
    expr: `(time() - max ${WITHOUT} (assay_last_evaluation_timestamp_seconds) > 300)
or
(
  min without (source) (${BEHIND}) > 600
  and max without (source) (${NOT_CATCHING_UP})
)
`,
    for: '5m',
    summary: 'Assay runs but judges nothing: for {{ $value | humanizeDuration }} no breach would have been seen',
    description:
      'Either its rounds of judging have stopped, or no source moves any more. Look at /readyz and the log first: mostly the store does not answer or is full.',
    runbook: 'ingest-behind.md',
  },
  {
    alert: 'AssaySourceBehind',
    severity: 'ticket',
    expr: `${BEHIND} > 900\nand\n${NOT_CATCHING_UP}\n`,
    for: '5m',
    summary: 'Source {{ $labels.source }} is {{ $value | humanizeDuration }} behind and does not catch up',
    description:
      'The SLOs on this source are not judged meanwhile. /readyz says why it does not read: the broker, folder or warehouse is gone, rights are missing, or the store does not take its batches.',
    runbook: 'ingest-behind.md',
  },
  {
    alert: 'AssayReloadFailed',
    severity: 'ticket',
    expr: `min ${WITHOUT} (assay_last_reload_success) == 0\n`,
    for: '5m',
    summary: 'The rules were changed, and Assay could not take them over',
    description:
      'The old ones stay in force. `assay lint` names what is wrong with file, line and column; mend or revert the change.',
    runbook: 'configuration-rejected.md',
  },
  {
    alert: 'AssayNotificationsFailing',
    severity: 'page',
    expr: `(sum ${WITHOUT} (increase(assay_notifications_total{outcome=~"${UNDELIVERED}"}[15m])) > 0)
or
label_replace(max ${WITHOUT} (min_over_time(assay_notifications_waiting[10m])) > 0, "outcome", "waiting", "", "")
`,
    for: '2m',
    summary: 'Alerts do not reach {{ $labels.receiver }} ({{ $labels.outcome }})',
    description:
      'Somebody who should have been told of an incident was not. `assay receivers test {{ $labels.receiver }}` says what the receiver answers; open incidents are on the page of Assay. Until it is mended, tell the owners yourself.',
    runbook: 'notifications-failing.md',
  },
  {
    alert: 'AssaySeriesOverflow',
    severity: 'info',
    expr: `sum ${WITHOUT} (increase(assay_metrics_overflow_total[1h])) > 0\n`,
    for: '15m',
    summary: '{{ $labels.metric }} has more series than Assay exports',
    description:
      'What does not fit is counted under __overflow__: dashboards and rules in Prometheus no longer see all of it. Verdicts, pages and alerts of Assay are whole.',
    runbook: 'metrics-overflow.md',
  },
]

/** Alerts about Assay itself: what it can't say of itself when it is down, stuck or can't reach anybody. */
export function selfGroups(plan: Plan, links: Links): readonly RuleGroup[] {
  const rules = ALERTS.map(
    ({ alert, severity, expr, for: held, summary, description, runbook }): Rule => ({
      alert,
      expr,
      for: held,
      labels: { severity, environment: literal(plan.environment), domain: 'assay' },
      annotations: { summary, description, runbook_url: literal(links.runbook(`runbooks/${runbook}`)) },
    }),
  )
  return [{ name: 'assay-itself', interval: '30s', rules }]
}
