import type { Section } from './frame.ts'
import { BEHIND_STEPS, open } from './looks.ts'
import { graph } from './panels.ts'
import { metric, rate } from './queries.ts'

/** Minutes are judged one by one: a shorter window would hold none now and then. */
const judged = (part: 'bucket' | 'count') => `rate(${metric(`assay_evaluation_duration_seconds_${part}`)}[5m])`

/** Whether Assay reads, stores and judges as fast as records come. */
export function keepingUp(): Section {
  return {
    title: 'Does it keep up?',
    height: 8,
    panels: [
      {
        width: 8,
        panel: graph({
          title: 'Behind, by source',
          help: 'Time since everything of a source has been counted. It climbs at 45° while a source stands still, and falls while it catches up.',
          queries: [
            { expr: `max by (source) (${metric('assay_watermark_delay_seconds', ['source'])})`, legend: '{{source}}' },
          ],
          unit: 's',
          min: 0,
          steps: BEHIND_STEPS,
          links: [open.runbook('ingest-behind.md')],
        }),
      },
      {
        width: 8,
        panel: graph({
          title: 'Records a second, by outcome',
          help: 'What is read and stored. Unplanned: nobody wrote a contract for it.',
          queries: [
            {
              expr: `sum by (outcome) (${rate('assay_records_total', ['source'])})`,
              legend: '{{outcome}}',
            },
          ],
          unit: 'cps',
          min: 0,
          stacked: true,
        }),
      },
      {
        width: 8,
        panel: graph({
          title: 'From arrival to the store',
          help: 'Of the oldest record of each batch, 99 of 100 batches; by source. High while it catches up, else the store is slow.',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, source) (${rate('assay_ingest_delay_seconds_bucket', ['source'])}))`,
              legend: '{{source}}',
            },
          ],
          unit: 's',
          min: 0,
        }),
      },
      {
        width: 8,
        panel: graph({
          title: 'A round of judging',
          help: 'How long it takes. Near a minute it can’t keep up: too many SLOs for the store.',
          queries: [0.5, 0.99].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, sum by (le) (${judged('bucket')}))`,
            legend: quantile === 0.5 ? 'half' : '99 %',
          })),
          unit: 's',
          min: 0,
        }),
      },
      {
        width: 8,
        panel: graph({
          title: 'Rounds that judged something, a minute',
          help: 'One a minute or more while sources move.',
          queries: [{ expr: `60 * sum(${judged('count')})`, legend: 'rounds' }],
          min: 0,
        }),
      },
      {
        width: 8,
        panel: graph({
          title: 'Share of records that is checked',
          help: 'Every record is counted; below 1 only a sample is held against its contract, and intervals widen.',
          queries: [{ expr: `min by (source) (${metric('assay_sampling_ratio', ['source'])})`, legend: '{{source}}' }],
          unit: 'percentunit',
          min: 0,
          max: 1,
        }),
      },
      {
        width: 8,
        panel: graph({
          title: 'How far back duplicates are found',
          help: 'By source. Below what is configured (24 h by default) more ids came than are remembered, and duplicates further apart go unseen.',
          queries: [
            {
              expr: `min by (source) (${metric('assay_duplicates_horizon_seconds', ['source'])})`,
              legend: '{{source}}',
            },
          ],
          unit: 's',
          min: 0,
        }),
      },
    ],
  }
}
