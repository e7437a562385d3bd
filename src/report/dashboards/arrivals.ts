import type { Placed, Section } from './frame.ts'
import { open } from './looks.ts'
import { graph, heatmap } from './panels.ts'
import { metric, rate } from './queries.ts'
import { look } from './table.ts'

const EVENT = ['domain', 'event', 'source'] as const
const counted = (name: string, by: string) => `sum by (${by}) (${rate(name, EVENT)})`
/** Percentiles of a delay in the time shown. */
const delayed = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (le) (${rate('assay_event_delay_seconds_bucket', EVENT)}))`

/** The events and tables of a domain (a series is one or the other's): whether they come, as many as expected, on time, whole and right. */
export function arrivals(): readonly Section[] {
  return [
    {
      title: 'Do they come?',
      height: 8,
      panels: [
        {
          width: 8,
          panel: graph({
            title: 'Age of the newest record',
            help: 'As of the last minute judged. A saw is ordinary traffic; a line that climbs at 45° is an event that has stopped.',
            queries: [
              {
                expr: `min by (event, table) (${metric('assay_freshness_seconds', EVENT)})`,
                legend: '{{event}}{{table}}',
              },
            ],
            unit: 's',
            min: 0,
            links: [open.eventOfSeries, open.runbook('freshness.md')],
          }),
        },
        {
          width: 8,
          panel: graph({
            title: 'Records of the last whole hour, and what was expected',
            help: 'The band is what the volume detector expects at this hour and weekday; it is empty until the detector has learnt. Outside the band by itself is no alarm yet: the detector also weighs how long.',
            queries: [
              {
                expr: `sum by (event, table) (${metric('assay_volume_observed', EVENT)})`,
                legend: '{{event}}{{table}}',
              },
              {
                expr: `sum by (event, table) (${metric('assay_volume_expected', EVENT)})`,
                legend: '{{event}}{{table}} expected',
              },
              {
                expr: `sum by (event, table) (${metric('assay_volume_expected_upper', EVENT)})`,
                legend: '{{event}}{{table}} at most',
              },
              {
                expr: `sum by (event, table) (${metric('assay_volume_expected_lower', EVENT)})`,
                legend: '{{event}}{{table}} at least',
              },
            ],
            min: 0,
            looks: [
              { pattern: '/ expected$/', look: [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } }] },
              {
                pattern: '/ at (most|least)$/',
                look: [look.color('light-blue'), { id: 'custom.lineWidth', value: 0.5 }],
              },
            ],
            links: [open.eventOfSeries, open.runbook('volume.md')],
          }),
        },
        {
          width: 8,
          panel: graph({
            title: 'Records a second',
            help: 'By arrival, duplicates and invalid ones included.',
            queries: [{ expr: counted('assay_events_total', 'event, table'), legend: '{{event}}{{table}}' }],
            unit: 'cps',
            min: 0,
            links: [open.eventOfSeries],
          }),
        },
      ],
    },
    {
      title: 'Are they right?',
      height: 8,
      panels: [
        {
          width: 8,
          panel: graph({
            title: 'Violations a second, by keyword',
            help: 'A keyword of JSON Schema that comes up from nothing is a release: the event’s page names its version and platform.',
            queries: [
              {
                expr: `sum by (event, table, check) (${rate('assay_violations_total', EVENT)})`,
                legend: '{{event}}{{table}}: {{check}}',
              },
            ],
            unit: 'cps',
            min: 0,
            links: [open.eventOfSeries, open.runbook('schema-violations.md')],
          }),
        },
        {
          width: 8,
          panel: graph({
            title: 'Least filled properties',
            help: 'Share of a day’s records in which a watched property is filled (present, not null, not empty).',
            queries: [
              {
                expr: `bottomk(15, min by (event, table, property) (${metric('assay_completeness_ratio', EVENT)}))`,
                legend: '{{event}}{{table}}: {{property}}',
              },
            ],
            unit: 'percentunit',
            max: 1,
            links: [open.eventOfSeries, open.runbook('completeness.md')],
          }),
        },
        {
          width: 8,
          panel: graph({
            title: 'Quarantined a second, by reason',
            help: 'Records set aside, redacted, for 14 days; by source, since what can’t be decoded belongs to no event.',
            queries: [
              {
                expr: `sum by (source, reason) (${rate('assay_quarantined_total', ['source'])})`,
                legend: '{{source}}: {{reason}}',
              },
            ],
            unit: 'cps',
            min: 0,
            links: [open.runbook('schema-violations.md')],
          }),
        },
      ],
    },
    {
      title: 'Once, and on time?',
      height: 8,
      panels: [
        shareOf(
          'assay_duplicates_total',
          'Share of duplicates',
          'Records whose id was seen before within the horizon: retries over HTTP are ordinary in small numbers.',
          'duplicates.md',
        ),
        shareOf(
          'assay_late_total',
          'Share of late records',
          'Later than the max_delay of the event’s timeliness SLO; 0 where it has none.',
          'lateness.md',
        ),
        {
          width: 8,
          panel: graph({
            title: 'From event to arrival',
            help: 'Percentiles over the events chosen. They come from buckets: between two bounds they are guessed.',
            queries: [
              { expr: delayed(0.5), legend: 'half' },
              { expr: delayed(0.95), legend: '95 %' },
              { expr: delayed(0.99), legend: '99 %' },
            ],
            unit: 's',
            min: 0,
          }),
        },
        {
          width: 24,
          panel: heatmap({
            title: 'From event to arrival, all of them',
            help: 'Darker: more records with that delay. A second band above the first is one client that sends late (offline queues, a backfill).',
            queries: [
              {
                expr: `sum by (le) (increase(${metric('assay_event_delay_seconds_bucket', EVENT)}[$__rate_interval]))`,
                legend: '{{le}}',
                as: 'heatmap',
              },
            ],
            unit: 's',
          }),
        },
      ],
    },
  ]
}

/** What part of the records a counter has counted, event by event. */
function shareOf(counter: string, title: string, help: string, runbook: string): Placed {
  const by = 'event, table'
  return {
    width: 8,
    panel: graph({
      title,
      help,
      queries: [
        { expr: `${counted(counter, by)} / (${counted('assay_events_total', by)} > 0)`, legend: '{{event}}{{table}}' },
      ],
      unit: 'percentunit',
      min: 0,
      links: [open.eventOfSeries, open.runbook(runbook)],
    }),
  }
}
