import { type Dashboard, MappingType } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboard, type Section } from './frame.ts'
import { keepingUp } from './keeping-up.ts'
import { BEHIND_STEPS, FEW_STEPS, NONE_STEPS, open } from './looks.ts'
import { graph, stat } from './panels.ts'
import { metric } from './queries.ts'
import { UNDELIVERED } from '../metrics/families.ts'
import { resources } from './resources.ts'
import { streams } from './streams.ts'

const OUTCOMES = `outcome=~"${UNDELIVERED}|later"`

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
          help: 'In the time shown: rejected by the receiver, the key unknown to it, or disabled. Somebody was not told.',
          queries: [
            {
              expr: `round(sum(increase(${metric('assay_notifications_total', [], `outcome=~"${UNDELIVERED}"`)}[$__range])))`,
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
