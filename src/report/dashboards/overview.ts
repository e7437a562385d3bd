import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard } from './frame.ts'
import { BUDGET_STEPS, BURN_STEPS, NONE_STEPS, open, SEVERITIES, STATES } from './looks.ts'
import { graph, timeline } from './panels.ts'
import { numbers } from './numbers.ts'
import { BY_DOMAIN, metric, rate, stateOf } from './queries.ts'
import { look, table } from './table.ts'

/** What broke first, what it costs, and whether the numbers can be trusted: the first look of whoever was woken. */
export function overview(publicUrl: string): Dashboard {
  return dashboard({
    uid: 'assay-overview',
    title: 'Assay: what broke first',
    description:
      'Event data of all domains: open incidents in the order in which they began, error budgets, and what arrives.',
    variables: ['job', 'domain'],
    publicUrl,
    from: 'now-6h',
    links: [open.home],
    sections: [
      numbers(),
      {
        title: 'What broke first',
        height: 9,
        panels: [
          {
            width: 10,
            panel: table({
              title: 'Open incidents, the first to break on top',
              help: 'Begin with the oldest: what began minutes later is often its consequence. Click an incident for its cause, evidence and runbook.',
              queries: [
                {
                  expr: `max by (incident, severity, domain, event, table) (${metric('assay_incident_started_timestamp_seconds', BY_DOMAIN)}) * 1000`,
                  as: 'table',
                },
              ],
              sortBy: 'Began',
              none: 'Nothing is broken.',
              columns: [
                { field: 'Value', title: 'Began', look: [look.unit('dateTimeFromNow'), look.width(120)] },
                { field: 'severity', title: 'Severity', look: [...look.words(SEVERITIES), look.width(90)] },
                { field: 'domain', title: 'Domain', look: [look.linked([open.domain]), look.width(110)] },
                { field: 'event', title: 'Event', look: [look.linked([open.event])] },
                { field: 'table', title: 'Table', look: [look.linked([open.table])] },
                { field: 'incident', title: 'Incident', look: [look.linked([open.incident])] },
              ],
            }),
          },
          {
            width: 14,
            panel: timeline({
              title: 'SLOs that burned in the time shown',
              help: 'Read from left to right: the first red row is where it began. Only SLOs of which a burn row was true are shown.',
              queries: [
                {
                  expr: `${stateOf('slo', BY_DOMAIN)}
and on (slo) (max by (slo) (max_over_time(${metric('assay_slo_firing', BY_DOMAIN)}[$__range] @ end())) > 0)`,
                  legend: '{{slo}}',
                },
              ],
              states: STATES,
              none: 'None burned.',
            }),
          },
        ],
      },
      {
        title: 'Domains',
        height: 9,
        panels: [
          {
            width: 12,
            panel: table({
              title: 'Domains, the least budget first',
              help: 'Worst of each domain’s SLOs now. Click a domain for its events.',
              queries: [
                {
                  expr: `min by (domain) (${metric('assay_slo_error_budget_remaining_ratio', BY_DOMAIN)})`,
                  as: 'table',
                },
                {
                  expr: `max by (domain) (${metric('assay_slo_burn_rate', BY_DOMAIN, 'window="1h"')})`,
                  as: 'table',
                },
                {
                  expr: `count by (domain) (max by (domain, slo) (${metric('assay_slo_firing', BY_DOMAIN)}))`,
                  as: 'table',
                },
                {
                  expr: `sum by (domain) (max by (domain, slo) (${metric('assay_slo_firing', BY_DOMAIN)}))`,
                  as: 'table',
                },
              ],
              sortBy: 'Least budget left',
              columns: [
                { field: 'domain', title: 'Domain', look: [look.linked([open.domain])] },
                {
                  field: 'Value #A',
                  title: 'Least budget left',
                  look: [look.unit('percentunit'), ...look.coloured(BUDGET_STEPS)],
                },
                { field: 'Value #B', title: 'Worst burn, 1h', look: [look.unit('none'), ...look.coloured(BURN_STEPS)] },
                { field: 'Value #C', title: 'SLOs' },
                { field: 'Value #D', title: 'Burning', look: look.coloured(NONE_STEPS) },
              ],
            }),
          },
          {
            width: 12,
            panel: graph({
              title: 'Fastest burns of the last hour',
              help: 'How many times faster than allowed the budget is spent. 14.4 pages in a 30-day window, 6 over six hours; at 1 the budget lasts exactly its window.',
              queries: [
                {
                  expr: `topk(10, max by (domain, slo) (${metric('assay_slo_burn_rate', BY_DOMAIN, 'window="1h"')}))`,
                  legend: '{{slo}}',
                },
              ],
              steps: BURN_STEPS,
              min: 0,
              calcs: ['max', 'lastNotNull'],
              links: [open.domainOfSeries],
            }),
          },
        ],
      },
      {
        title: 'What arrives',
        height: 8,
        panels: [
          {
            width: 8,
            panel: graph({
              title: 'Events by domain',
              help: 'Records of events with a contract. A step down on all at once is the collector or the network, on one a release.',
              queries: [{ expr: `sum by (domain) (${rate('assay_events_total', BY_DOMAIN)})`, legend: '{{domain}}' }],
              unit: 'cps',
              min: 0,
              stacked: true,
              links: [open.domainOfSeries],
            }),
          },
          {
            width: 8,
            panel: graph({
              title: 'Share that is not valid, by source',
              help: 'Invalid: breaks its contract. Unplanned: nobody wrote a contract for it. Undecodable: not even its format is right. Invalid and undecodable records are in the quarantine.',
              queries: [
                {
                  expr: `sum by (source, outcome) (${rate('assay_records_total', [], 'outcome!="valid"')})
/ ignoring (outcome) group_left ()
sum by (source) (${rate('assay_records_total')})`,
                  legend: '{{source}}: {{outcome}}',
                },
              ],
              unit: 'percentunit',
              min: 0,
              links: [open.runbook('schema-violations.md')],
            }),
          },
          {
            width: 8,
            panel: graph({
              title: 'Silent the longest',
              help: 'Time since the newest record of an event, as of the last minute judged. A line that climbs at 45° is an event that has stopped.',
              queries: [
                {
                  expr: `topk(10, min by (domain, event, table) (${metric('assay_freshness_seconds', BY_DOMAIN)}))`,
                  legend: '{{event}}{{table}}',
                },
              ],
              unit: 's',
              min: 0,
              links: [open.eventOfSeries, open.runbook('freshness.md')],
            }),
          },
        ],
      },
    ],
  })
}
