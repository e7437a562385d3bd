import type { Section } from './frame.ts'
import { open } from './looks.ts'
import { graph } from './panels.ts'
import { metric } from './queries.ts'

/** Topics and warehouses, as far as there are any. */
export function streams(): Section {
  return {
    title: 'Streams and warehouses (empty without)',
    height: 8,
    panels: [
      {
        width: 8,
        panel: graph({
          title: 'Records not read yet',
          help: 'What the broker has and the store has not. Growing: Assay is slower than the producers.',
          queries: [
            {
              expr: `sum by (source, topic) (${metric('assay_kafka_consumer_lag_records', ['source'])})`,
              legend: '{{source}} {{topic}}',
            },
          ],
          min: 0,
        }),
      },
      {
        width: 8,
        panel: graph({
          title: 'Lag in time',
          help: 'Of the partition that is furthest behind.',
          queries: [
            {
              expr: `max by (source, topic) (${metric('assay_kafka_consumer_lag_seconds', ['source'])})`,
              legend: '{{source}} {{topic}}',
            },
          ],
          unit: 's',
          min: 0,
        }),
      },
      {
        width: 8,
        panel: graph({
          title: 'Skew of partitions',
          help: 'The fullest partition over the mean of all: 1 is even. Far above, one key has most of the traffic, and one consumer most of the work.',
          queries: [
            {
              expr: `max by (source, topic) (${metric('assay_kafka_partition_skew_ratio', ['source'])})`,
              legend: '{{source}} {{topic}}',
            },
          ],
          min: 0,
        }),
      },
      {
        width: 12,
        panel: graph({
          title: 'A pass over a warehouse',
          help: 'How long the last one took. Near its schedule, tables are judged late: read less often, or index the column of arrival.',
          queries: [{ expr: `max by (warehouse) (${metric('assay_table_pass_seconds')})`, legend: '{{warehouse}}' }],
          unit: 's',
          min: 0,
        }),
      },
      {
        width: 12,
        panel: graph({
          title: 'Tables that can’t be read',
          help: 'At the last pass, and why. Their SLOs are not judged; the data may be fine.',
          queries: [
            { expr: `max by (table, reason) (${metric('assay_table_trouble')})`, legend: '{{table}}: {{reason}}' },
          ],
          min: 0,
          links: [open.runbook('ingest-behind.md')],
        }),
      },
    ],
  }
}
