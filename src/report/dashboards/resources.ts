import type { Section } from './frame.ts'
import { graph } from './panels.ts'
import { metric, rate } from './queries.ts'

/** What the process takes, by instance. */
export function resources(): readonly Section[] {
  return [
    {
      title: 'The process',
      height: 8,
      panels: [
        {
          width: 6,
          panel: graph({
            title: 'Memory',
            help: 'Resident, and the heap in use. Resident that grows for days with an even load is a leak: report it.',
            queries: [
              { expr: metric('process_resident_memory_bytes'), legend: '{{instance}} resident' },
              { expr: metric('nodejs_heap_size_used_bytes'), legend: '{{instance}} heap' },
            ],
            unit: 'bytes',
            min: 0,
          }),
        },
        {
          width: 6,
          panel: graph({
            title: 'Processor',
            help: 'Processors in use. At 1 for long, records wait: the main thread is full.',
            queries: [{ expr: rate('process_cpu_seconds_total'), legend: '{{instance}}' }],
            min: 0,
          }),
        },
        {
          width: 6,
          panel: graph({
            title: 'Event loop',
            help: '99 of 100 turns wait less than this. Above 0.2 s collectors answer slowly.',
            queries: [{ expr: metric('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}}' }],
            unit: 's',
            min: 0,
          }),
        },
        {
          width: 6,
          panel: graph({
            title: 'Open files and connections',
            help: 'Against the limit of the process: at the limit, collectors refuse connections and the store can’t write.',
            queries: [
              { expr: metric('process_open_fds'), legend: '{{instance}}' },
              { expr: metric('process_max_fds'), legend: '{{instance}} limit' },
            ],
            min: 0,
          }),
        },
        {
          width: 12,
          panel: graph({
            title: 'Time spent on garbage',
            help: 'Share of the time in collections. Above a tenth, give it more memory.',
            queries: [
              { expr: `sum by (instance) (${rate('nodejs_gc_duration_seconds_sum')})`, legend: '{{instance}}' },
            ],
            unit: 'percentunit',
            min: 0,
          }),
        },
        {
          width: 12,
          panel: graph({
            title: 'Series exported',
            help: 'What Prometheus took at the last scrape. It follows the number of events, sources and SLOs.',
            queries: [{ expr: metric('scrape_samples_scraped'), legend: '{{instance}}' }],
            min: 0,
          }),
        },
      ],
    },
  ]
}
