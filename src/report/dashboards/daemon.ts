import { type Dashboard, MappingType } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard, type Section } from './frame.ts'
import { FEW_STEPS, NONE_STEPS, open } from './looks.ts'
import { graph, stat } from './panels.ts'
import { metric, rate } from './queries.ts'
import { resources } from './resources.ts'

const OUTCOMES = 'outcome=~"rejected|disabled|later"'
/** Minutes are judged one by one: a shorter window would hold none now and then. */
const judged = (part: 'bucket' | 'count') => `rate(${metric(`assay_evaluation_duration_seconds_${part}`)}[5m])`
/** Seconds that a source is behind: what the alerts begin at. */
const BEHIND_STEPS = [
  [null, 'green'],
  [420, 'orange'],
  [900, 'red'],
] as const

/** Assay itself: whether it sees the present, keeps up, reaches people, and what it needs for that. */
export function daemon(publicUrl: string): Dashboard {
  return dashboard({
    uid: 'assay-daemon',
    title: 'Assay: the daemon itself',
    description: 'Whether Assay sees the present: delays, judging, notifications, streams and the process.',
    variables: ['job', 'source'],
    publicUrl,
    from: 'now-6h',
    links: [open.home],
    sections: [state(), keepingUp(), telling(), streams(), ...resources()],
  })
}

function state(): Section {
  return {
    title: null,
    height: 4,
    panels: [
      {
        width: 4,
        panel: stat({
          title: 'Instances up',
          help: 'Instances that answer. One judges and delivers, the others collect and stand by.',
          queries: [{ expr: `count(${metric('assay_build_info')}) or vector(0)` }],
          steps: [
            [null, 'red'],
            [1, 'green'],
          ],
          links: [open.runbook('assay-down.md')],
        }),
      },
      {
        width: 4,
        panel: stat({
          title: 'Last round of judging',
          help: 'Time since the last round ended; they come every second at least. Minutes mean that judging hangs or that the store does not answer.',
          queries: [{ expr: `time() - max(${metric('assay_last_evaluation_timestamp_seconds')})` }],
          unit: 's',
          decimals: 0,
          steps: [
            [null, 'green'],
            [120, 'orange'],
            [300, 'red'],
          ],
          links: [open.runbook('ingest-behind.md')],
        }),
      },
      {
        width: 4,
        panel: stat({
          title: 'Furthest behind',
          help: 'Delay of the source that is furthest behind. A followed file is up to five minutes behind by its nature, a table by its schedule.',
          queries: [{ expr: `max(${metric('assay_watermark_delay_seconds', ['source'])})` }],
          unit: 's',
          steps: BEHIND_STEPS,
          links: [open.runbook('ingest-behind.md')],
        }),
      },
      {
        width: 4,
        panel: stat({
          title: 'Rules in force',
          help: 'Whether the configuration read last was taken over. If not, the old one stays in force: assay lint says why.',
          queries: [{ expr: `min(${metric('assay_last_reload_success')})` }],
          steps: [
            [null, 'red'],
            [1, 'green'],
          ],
          mappings: [
            {
              type: MappingType.ValueToText,
              options: { '0': { text: 'rejected', index: 0 }, '1': { text: 'as written', index: 1 } },
            },
          ],
          links: [open.runbook('configuration-rejected.md')],
        }),
      },
      {
        width: 4,
        panel: stat({
          title: 'Notifications not delivered',
          help: 'In the time shown: rejected by the receiver or disabled. Somebody was not told.',
          queries: [
            {
              expr: `round(sum(increase(${metric('assay_notifications_total', [], 'outcome=~"rejected|disabled"')}[$__range])))`,
            },
          ],
          steps: NONE_STEPS,
          links: [open.runbook('notifications-failing.md')],
        }),
      },
      {
        width: 4,
        panel: stat({
          title: 'Values under __overflow__',
          help: 'In the time shown: what a metric with too many series could not show by itself.',
          queries: [{ expr: `round(sum(increase(${metric('assay_metrics_overflow_total')}[$__range]))) or vector(0)` }],
          steps: FEW_STEPS,
          links: [open.runbook('metrics-overflow.md')],
        }),
      },
    ],
  }
}

function keepingUp(): Section {
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
    ],
  }
}

function telling(): Section {
  return {
    title: 'Does it reach people?',
    height: 8,
    panels: [
      {
        width: 12,
        panel: graph({
          title: 'Notifications by receiver and outcome',
          help: 'In each step of time. later: the receiver asked to wait or did not answer, and it is tried again.',
          queries: [
            {
              expr: `sum by (receiver, outcome) (increase(${metric('assay_notifications_total')}[$__rate_interval]))`,
              legend: '{{receiver}}: {{outcome}}',
            },
          ],
          min: 0,
          links: [open.runbook('notifications-failing.md')],
        }),
      },
      {
        width: 12,
        panel: graph({
          title: 'Waiting or not delivered',
          help: 'Written and not yet sent, and what was rejected, disabled or put off in the last hour. Anything here for long means that somebody is not told.',
          queries: [
            { expr: `max by (receiver) (${metric('assay_notifications_waiting')})`, legend: '{{receiver}} waiting' },
            {
              expr: `sum by (receiver) (increase(${metric('assay_notifications_total', [], OUTCOMES)}[1h]))`,
              legend: '{{receiver}} not delivered',
            },
          ],
          min: 0,
          steps: NONE_STEPS,
          links: [open.runbook('notifications-failing.md')],
        }),
      },
    ],
  }
}

function streams(): Section {
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
