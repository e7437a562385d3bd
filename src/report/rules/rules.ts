import type { Plan } from '../../plan/plan.ts'
import type { GeneratedFile } from '../generated-file.ts'
import { burnGroups } from './burn-alerts.ts'
import { linksTo } from './links.ts'
import { recordingGroups } from './recording.ts'
import { ruleFileText } from './rule-file.ts'
import { selfGroups } from './self-alerts.ts'

const MADE = 'Made by `assay generate prometheus` from the rules: change those and generate again.'

const SELF = `${MADE}
Alerts about Assay itself: load these wherever Prometheus scrapes it. Assay can't tell anybody that it is down.`

const RECORDINGS = `${MADE}
Good and bad of every SLO over the burn windows: load these for the dashboards, and with the burn alerts, which rest on them.

Prometheus sees when a minute was judged, Assay when its records arrived: after a standstill these windows hold what was
caught up. Verdicts, budgets and incidents of Assay are by the data's own time.`

const BURN = `${MADE}
Burn-rate alerts for those who alert from Prometheus. EITHER load this file OR let Assay page (alerts/routes.yaml): with both,
everybody is paged twice. Thresholds are the plan's; the long window is held to the lower end of a 99 % interval and 3 bad
records, so that noise doesn't page. What these don't do and Assay does: name the cause, group what breaks together, stay
open while no record comes, alert on volume.

In Alertmanager, keep tickets quiet while the page of the same SLO fires:
  inhibit_rules:
    - source_matchers: ['alertname="AssayErrorBudgetBurn"', 'severity="page"']
      target_matchers: ['alertname="AssayErrorBudgetBurn"', 'severity="ticket"']
      equal: [environment, slo]`

/** The rule files for Prometheus. `publicUrl`: where people reach Assay; null: runbooks are named by their file. */
export function prometheusFiles(plan: Plan, publicUrl: string | null): readonly GeneratedFile[] {
  const links = linksTo(publicUrl)
  return [
    { path: 'assay-burn-alerts.rules.yml', text: ruleFileText(BURN, burnGroups(plan, links)) },
    { path: 'assay-itself.rules.yml', text: ruleFileText(SELF, selfGroups(plan, links)) },
    { path: 'assay-slis.rules.yml', text: ruleFileText(RECORDINGS, recordingGroups()) },
  ]
}
