import type { Section } from './frame.ts'
import { BEHIND_STEPS, FEW_STEPS, NONE_STEPS, open } from './looks.ts'
import { stat } from './panels.ts'
import { BY_DOMAIN, metric } from './queries.ts'

const incidents = (severity: string) =>
  `sum(max by (job, severity) (${metric('assay_incidents_open', [], `severity="${severity}"`)}))`
const outcome = (name: string) => metric('assay_slo_outcome', BY_DOMAIN, `outcome="${name}"`)

/** What must be seen from across the room: whether something is broken, and whether these numbers are of now. */
export function numbers(): Section {
  return {
    title: null,
    height: 4,
    panels: [
      {
        width: 4,
        panel: stat({
          title: 'Open pages',
          help: 'Incidents open now at severity page, in all domains. Click: Assay, which names their causes.',
          queries: [{ expr: incidents('page') }],
          steps: NONE_STEPS,
          links: [open.home],
        }),
      },
      {
        width: 4,
        panel: stat({
          title: 'Open tickets',
          help: 'Incidents open now at severity ticket. They can wait until the morning, but not for a week.',
          queries: [{ expr: incidents('ticket') }],
          steps: FEW_STEPS,
          links: [open.home],
        }),
      },
      {
        width: 4,
        panel: stat({
          title: 'SLOs burning',
          help: 'SLOs of which a burn row is true now. Several of one event are one incident.',
          queries: [{ expr: `count(max by (job, slo) (${metric('assay_slo_firing', BY_DOMAIN)}) == 1) or vector(0)` }],
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
          steps: BEHIND_STEPS,
          links: [open.daemon, open.runbook('ingest-behind.md')],
          none: 'nothing is read',
        }),
      },
    ],
  }
}
