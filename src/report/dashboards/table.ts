import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common'
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { type BuiltPanel, type Common, GREEN, type Link, type Step, thresholds } from './panels.ts'
import { targets } from './queries.ts'
import { DATASOURCE } from './variables.ts'

/** A column of a table: the field as the query gives it, its heading, and how it looks. */
interface Column {
  readonly field: string
  readonly title: string
  readonly look?: readonly DynamicConfigValue[]
}

/** Values of now in rows; several queries are joined by what their labels share. Fields that have no column are left out. */
export function table(
  panel: Common & { readonly columns: readonly Column[]; readonly sortBy: string; readonly descending?: boolean },
): BuiltPanel {
  const shown = panel.columns.map(({ field }) => field)
  const built = new TablePanel()
    .title(panel.title)
    .description(panel.help)
    .datasource(DATASOURCE)
    .targets(targets(panel.queries))
    .noValue(panel.none ?? '')
    .thresholds(thresholds(panel.steps ?? GREEN))
    .sortBy([new TableSortByFieldStateBuilder().displayName(panel.sortBy).desc(panel.descending ?? false)])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: shown } } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(shown.map((field, index) => [field, index])),
        renameByName: Object.fromEntries(panel.columns.map(({ field, title }) => [field, title])),
      },
    })
  for (const { title, look } of panel.columns) if (look !== undefined) built.overrideByName(title, [...look])
  return built
}

/** How a column or series looks. */
export const look = {
  unit: (unit: string): DynamicConfigValue => ({ id: 'unit', value: unit }),
  width: (width: number): DynamicConfigValue => ({ id: 'custom.width', value: width }),
  color: (color: string): DynamicConfigValue => ({ id: 'color', value: { mode: 'fixed', fixedColor: color } }),
  /** The cell takes the colour of its threshold. */
  coloured: (steps: readonly Step[]): readonly DynamicConfigValue[] => [
    { id: 'thresholds', value: { mode: 'absolute', steps: steps.map(([value, color]) => ({ value, color })) } },
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
  ],
  /** Words in place of values. */
  words: (options: Readonly<Record<string, { text?: string; color?: string }>>): readonly DynamicConfigValue[] => [
    {
      id: 'mappings',
      value: [
        {
          type: 'value',
          options: Object.fromEntries(
            Object.entries(options).map(([value, result], index) => [value, { ...result, index }]),
          ),
        },
      ],
    },
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
  ],
  linked: (of: readonly Link[]): DynamicConfigValue => ({
    id: 'links',
    value: of.map(({ title, url }) => ({ title, url, targetBlank: false })),
  }),
} as const
