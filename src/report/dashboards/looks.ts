import { STATE } from './queries.ts'
import { grafana } from './variables.ts'

/** Words and colours that all dashboards share, and links that several panels have. */
export const STATES: Readonly<Record<string, { text: string; color: string }>> = {
  [STATE.page]: { text: 'burns: page', color: 'dark-red' },
  [STATE.ticket]: { text: 'burns: ticket', color: 'orange' },
  [STATE.violated]: { text: 'violated', color: 'light-red' },
  [STATE.insufficient]: { text: 'not enough data', color: 'light-blue' },
  [STATE.notEvaluated]: { text: 'not evaluated', color: 'text' },
  [STATE.met]: { text: 'met', color: 'green' },
}

/** Burn rates: what the rows of a period of 30 days fire at. */
export const BURN_STEPS = [
  [null, 'green'],
  [1, 'yellow'],
  [6, 'orange'],
  [14.4, 'red'],
] as const

/** Share of the error budget that is left. */
export const BUDGET_STEPS = [
  [null, 'red'],
  [0, 'orange'],
  [0.25, 'green'],
] as const

/** Seconds that a source is behind: what the alerts begin at. */
export const BEHIND_STEPS = [
  [null, 'green'],
  [420, 'orange'],
  [900, 'red'],
] as const

/** Not one is allowed. */
export const NONE_STEPS = [
  [null, 'green'],
  [1, 'red'],
] as const
export const FEW_STEPS = [
  [null, 'green'],
  [1, 'orange'],
] as const

export const SEVERITIES = {
  page: { text: 'page', color: 'dark-red' },
  ticket: { text: 'ticket', color: 'orange' },
  info: { text: 'info', color: 'blue' },
} as const

/** Where a click leads: `field` is the column that names it. */
export const open = {
  home: { title: 'Open Assay', url: `${grafana('public_url')}/` },
  incident: { title: 'Open the incident', url: `${grafana('public_url')}/incidents/${grafana('__value.raw')}` },
  event: {
    title: 'Open the event in Assay',
    url: `${grafana('public_url')}/events/${grafana('__value.raw:percentencode')}`,
  },
  table: {
    title: 'Open the table in Assay',
    url: `${grafana('public_url')}/tables/${grafana('__value.raw:percentencode')}`,
  },
  /** From a series. */
  eventOfSeries: {
    title: `Open ${grafana('__field.labels.event')} in Assay`,
    url: `${grafana('public_url')}/events/${grafana('__field.labels.event:percentencode')}`,
  },
  runbook: (file: string) => ({ title: 'Runbook', url: `${grafana('public_url')}/runbooks/${file}` }),
  domain: {
    title: 'Open the domain',
    url: `/d/assay-domain?var-domain=${grafana('__value.raw:percentencode')}&${grafana('datasource:queryparam')}&${grafana('job:queryparam')}&${grafana('__url_time_range')}`,
  },
  domainOfSeries: {
    title: `Open ${grafana('__field.labels.domain')}`,
    url: `/d/assay-domain?var-domain=${grafana('__field.labels.domain:percentencode')}&${grafana('datasource:queryparam')}&${grafana('job:queryparam')}&${grafana('__url_time_range')}`,
  },
  daemon: {
    title: 'Open Assay itself',
    url: `/d/assay-daemon?${grafana('datasource:queryparam')}&${grafana('job:queryparam')}&${grafana('__url_time_range')}`,
  },
} as const
