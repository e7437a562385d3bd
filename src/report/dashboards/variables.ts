import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common'
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'

/** A variable for Grafana to fill in: `${name}`. */
export const grafana = (name: string): string => ['${', name, '}'].join('')

/** The Prometheus that the reader has chosen above the dashboard. */
export const DATASOURCE: DataSourceRef = { type: 'prometheus', uid: `${grafana('datasource')}` }

/** Variables that a dashboard may have, by name. */
const QUERIES = {
  job: { label: 'Assay', query: 'label_values(assay_build_info, job)' },
  domain: { label: 'Domain', query: 'label_values(assay_slo_objective_ratio{job=~"$job"}, domain)' },
  event: {
    label: 'Event',
    query: 'label_values(assay_events_total{job=~"$job",domain=~"$domain"}, event)',
  },
  slo: {
    label: 'SLO',
    query: 'label_values(assay_slo_objective_ratio{job=~"$job",domain=~"$domain"}, slo)',
  },
  source: { label: 'Source', query: 'label_values(assay_records_total{job=~"$job"}, source)' },
} as const
export type VariableName = keyof typeof QUERIES

/** The data source, what is asked for, and where Assay's own pages are. */
export function variables(names: readonly VariableName[], publicUrl: string): Builder<VariableModel>[] {
  return [
    new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    ...names.map((name) => {
      const { label, query } = QUERIES[name]
      // Everything, with what lacks the label: an SLO over all sources has no source.
      return new QueryVariableBuilder(name)
        .label(label)
        .datasource(DATASOURCE)
        .query({ query, refId: name })
        .definition(query)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.AlphabeticalAsc)
        .multi(true)
        .includeAll(true)
        .allValue('.*')
        .current({ selected: true, text: 'All', value: '$__all' })
    }),
    new TextBoxVariableBuilder('public_url')
      .label('Address of Assay')
      .defaultValue(publicUrl)
      .current({ selected: true, text: publicUrl, value: publicUrl })
      .options([{ selected: true, text: publicUrl, value: publicUrl }]),
  ]
}
