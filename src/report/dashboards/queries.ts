import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { DATASOURCE } from './variables.ts'

/** One query of a panel. */
export interface Query {
  readonly expr: string
  readonly legend?: string
  /** `table`: the values of now, a row each; `heatmap`: buckets; `now`: one value of now. */
  readonly as?: 'table' | 'heatmap' | 'now'
}

/** Queries in order, named A, B, C. */
export function targets(queries: readonly Query[]): Builder<Dataquery>[] {
  return queries.map(({ expr, legend = '', as }, index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .datasource(DATASOURCE)
      .expr(expr)
      .legendFormat(legend)
      .exemplar(false)
    if (as === 'heatmap') return query.range().format(PromQueryFormat.Heatmap)
    if (as === 'table') return query.instant().format(PromQueryFormat.Table)
    return as === 'now' ? query.instant() : query.range()
  })
}

export const BY_DOMAIN = ['domain'] as const

/** A metric with the variables of its dashboard, and what else is asked of it: `metric(m, ['domain'], 'window="1h"')`. */
export function metric(name: string, variables: readonly string[] = [], ...more: readonly string[]): string {
  const matchers = ['job', ...variables].map((variable) => `${variable}=~"$${variable}"`)
  return `${name}{${[...matchers, ...more].join(',')}}`
}

/** The rate of a counter with the variables of its dashboard. */
export function rate(name: string, variables: readonly string[] = [], ...more: readonly string[]): string {
  return `rate(${metric(name, variables, ...more)}[$__rate_interval])`
}

/** The states of an SLO in a time line, from good to bad. */
export const STATE = { met: 0, notEvaluated: 1, insufficient: 2, violated: 3, ticket: 4, page: 5 } as const

/** How an SLO stands, worst of what holds, as one number of `STATE`. */
export function stateOf(by: string, variables: readonly string[]): string {
  const outcome = (name: string) => metric('assay_slo_outcome', variables, `outcome="${name}"`)
  const firing = (severity: string) => metric('assay_slo_firing', variables, `severity="${severity}"`)
  return `max by (${by}) (
  ${STATE.page} * ${firing('page')}
  or ${STATE.ticket} * ${firing('ticket')}
  or ${STATE.violated} * ${outcome('violated')}
  or ${STATE.insufficient} * ${outcome('insufficient_data')}
  or ${STATE.notEvaluated} * ${outcome('not_evaluated')}
)`
}
