import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard } from './frame.ts'
import { BUDGET_STEPS, BURN_STEPS, FEW_STEPS, NONE_STEPS, open, SEVERITIES, STATES } from './looks.ts'
import { graph, look, stat, table, timeline } from './panels.ts'
import { metric, rate, stateOf } from './queries.ts'

const BY_DOMAIN = ['domain'] as const
const open_ = (severity: string) =>
  `sum(max by (job, severity) (${metric('assay_incidents_open', [], `severity="${severity}"`)}))`
const outcome = (name: string) => metric('assay_slo_outcome', BY_DOMAIN, `outcome="${name}"`)

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
      {
        title: null,
        height: 4,
        panels: [
          {
            width: 4,
            panel: stat({
              title: 'Open pages',
              help: 'Incidents open now at severity page, in all domains. Click: Assay, which names their causes.',
              queries: [{ expr: open_('page') }],
              steps: NONE_STEPS,
              links: [open.home],
            }),
          },
          {
            width: 4,
            panel: stat({
              title: 'Open tickets',
              help: 'Incidents open now at severity ticket. They can wait until the morning, but not for a week.',
              queries: [{ expr: open_('ticket') }],
              steps: FEW_STEPS,
              links: [open.home],
            }),
          },
          {
            width: 4,
            panel: stat({
              title: 'SLOs burning',
              help: 'SLOs of which a burn row is true now. Several of one event are one incident.',
              queries: [
                { expr: `count(max by (job, slo) (${metric('assay_slo_firing', BY_DOMAIN)}) == 1) or vector(0)` },
              ],
              steps: NONE_STEPS,
            }),
          },
          {
            width: 4,
            panel: stat({
              title: 'Budgets overspent',
              help: 'SLOs whose error budget is gone over their window. No new risk in these events until it is back.',
              queries: [
                {
                  expr: `count(min by (job, slo) (${metric('assay_slo_error_budget_remaining_ratio', BY_DOMAIN)}) < 0) or vector(0)`,
                },
              ],
              steps: FEW_STEPS,
            }),
          },
          {
            width: 4,
            panel: stat({
              title: 'SLOs not evaluated',
              help: 'SLOs of which nothing can be said: no data, never seen, warming, or their source is behind. Neither good nor bad.',
              queries: [{ expr: `sum(max by (job, slo) (${outcome('not_evaluated')}))` }],
              steps: [
                [null, 'green'],
                [1, 'blue'],
              ],
            }),
          },
          {
            width: 4,
            panel: stat({
              title: 'Furthest behind',
              help: 'Delay of the source that is furthest behind. Above a few minutes the rest of this page is old: look at Assay itself first.',
              queries: [{ expr: `max(${metric('assay_watermark_delay_seconds')})` }],
              unit: 's',
              steps: [
                [null, 'green'],
                [420, 'orange'],
                [900, 'red'],
              ],
              links: [open.daemon, open.runbook('ingest-behind.md')],
              none: 'nothing is read',
            }),
          },
        ],
      },
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
