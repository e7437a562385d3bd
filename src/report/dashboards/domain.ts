import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { arrivals } from './arrivals.ts'
import { dashboard, type Placed } from './frame.ts'
import { BUDGET_STEPS, BURN_STEPS, NONE_STEPS, open, STATES } from './looks.ts'
import { graph, timeline } from './panels.ts'
import { metric, stateOf } from './queries.ts'
import { look, table } from './table.ts'

const SLO = ['domain', 'event', 'slo'] as const
const of = (name: string, ...more: readonly string[]) => metric(name, SLO, ...more)

/** One domain: its SLOs and budgets, then its events, from whether they come to what is in them. */
export function domain(publicUrl: string): Dashboard {
  return dashboard({
    uid: 'assay-domain',
    title: 'Assay: domain',
    description: 'The SLOs of a domain, and how fresh, complete, valid, unique and punctual its events are.',
    variables: ['job', 'domain', 'event', 'slo', 'source'],
    publicUrl,
    from: 'now-24h',
    links: [open.home],
    sections: [
      {
        title: 'SLOs',
        height: 10,
        panels: [
          {
            width: 24,
            panel: timeline({
              title: 'How each SLO stood',
              help: 'Burning: a row of the multi-window rule is true. Violated: the objective is missed over the whole window. Not evaluated is neither good nor bad.',
              queries: [{ expr: stateOf('slo', SLO), legend: '{{slo}}' }],
              states: STATES,
            }),
          },
          {
            width: 24,
            panel: table({
              title: 'SLOs, the least budget first',
              help: 'The ratio with its 95 % interval, over the SLO’s window. With every record checked the interval is a point.',
              queries: [
                { expr: `max by (domain, event, table, slo) (${of('assay_slo_objective_ratio')})`, as: 'table' },
                { expr: `max by (domain, event, table, slo) (${of('assay_sli_ratio')})`, as: 'table' },
                { expr: `max by (domain, event, table, slo) (${of('assay_sli_ratio_lower')})`, as: 'table' },
                { expr: `max by (domain, event, table, slo) (${of('assay_sli_ratio_upper')})`, as: 'table' },
                {
                  expr: `min by (domain, event, table, slo) (${of('assay_slo_error_budget_remaining_ratio')})`,
                  as: 'table',
                },
                {
                  expr: `max by (domain, event, table, slo) (${of('assay_slo_burn_rate', 'window="1h"')})`,
                  as: 'table',
                },
                {
                  expr: `max by (domain, event, table, slo) (${of('assay_slo_burn_rate', 'window="3d"')})`,
                  as: 'table',
                },
                { expr: `max by (domain, event, table, slo) (${of('assay_slo_firing')})`, as: 'table' },
              ],
              sortBy: 'Budget left',
              columns: [
                { field: 'domain', title: 'Domain' },
                { field: 'event', title: 'Event', look: [look.linked([open.event])] },
                { field: 'table', title: 'Table', look: [look.linked([open.table])] },
                { field: 'slo', title: 'SLO' },
                { field: 'Value #A', title: 'Objective', look: [look.unit('percentunit')] },
                { field: 'Value #B', title: 'Ratio', look: [look.unit('percentunit')] },
                { field: 'Value #C', title: 'Lower', look: [look.unit('percentunit')] },
                { field: 'Value #D', title: 'Upper', look: [look.unit('percentunit')] },
                {
                  field: 'Value #E',
                  title: 'Budget left',
                  look: [look.unit('percentunit'), ...look.coloured(BUDGET_STEPS)],
                },
                { field: 'Value #F', title: 'Burn 1h', look: look.coloured(BURN_STEPS) },
                { field: 'Value #G', title: 'Burn 3d', look: look.coloured(BURN_STEPS) },
                { field: 'Value #H', title: 'Burns', look: look.coloured(NONE_STEPS) },
              ],
            }),
          },
        ],
      },
      {
        title: 'Error budgets',
        height: 9,
        panels: [
          {
            width: 8,
            panel: graph({
              title: 'Budget left',
              help: 'Share of the error budget left over the SLO’s window. Below 0 it is overspent; it comes back as bad minutes leave the window.',
              queries: [
                {
                  expr: `min by (event, slo) (${of('assay_slo_error_budget_remaining_ratio')})`,
                  legend: '{{slo}}',
                },
              ],
              unit: 'percentunit',
              max: 1,
              steps: BUDGET_STEPS,
              calcs: ['min', 'lastNotNull'],
              links: [open.eventOfSeries],
            }),
          },
          burn(
            'Burn rate, one hour',
            'Fast burns: 14.4 spends 2 % of a 30-day budget in an hour and pages, when five minutes agree.',
            ['1h'],
          ),
          burn(
            'Burn rate, six hours and three days',
            'Slow burns: 6 over six hours pages, 1 over three days is a ticket.',
            ['6h', '3d'],
          ),
        ],
      },
      ...arrivals(),
    ],
  })
}

function burn(title: string, help: string, windows: readonly string[]): Placed {
  return {
    width: 8,
    panel: graph({
      title,
      help,
      queries: windows.map((window) => ({
        expr: `max by (event, slo) (${of('assay_slo_burn_rate', `window="${window}"`)})`,
        legend: windows.length === 1 ? '{{slo}}' : `{{slo}} ${window}`,
      })),
      min: 0,
      steps: BURN_STEPS,
      ...(windows.length === 1 ? { calcs: ['max', 'lastNotNull'] } : {}),
      links: [open.eventOfSeries],
    }),
  }
}
