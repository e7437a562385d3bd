import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type DashboardLink,
  DashboardLinkBuilder,
  type DynamicConfigValue,
  MappingType,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as HeatmapPanel } from '@grafana/grafana-foundation-sdk/heatmap'
import { HeatmapColorOptionsBuilder, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import { type Query, targets } from './queries.ts'
import { DATASOURCE } from './variables.ts'

/** What every panel says: its question, and what to make of the answer. */
interface Common {
  readonly title: string
  /** What it shows, what is bad, what to do then. */
  readonly help: string
  readonly queries: readonly Query[]
  readonly unit?: string
  readonly decimals?: number
  /** From good to bad: the value from which each colour holds; the first holds from the start. */
  readonly steps?: readonly Step[]
  readonly links?: readonly Link[]
  /** What stands there where nothing is to be shown. */
  readonly none?: string
}
type Step = readonly [from: number | null, color: string]
export interface Link {
  readonly title: string
  readonly url: string
}
export type BuiltPanel = Builder<Panel>

function thresholds(steps: readonly Step[]) {
  const list: Threshold[] = steps.map(([value, color]) => ({ value, color }))
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(list)
}

function links(of: readonly Link[] = []): Builder<DashboardLink>[] {
  return of.map(({ title, url }) => new DashboardLinkBuilder(title).url(url).targetBlank(false))
}

const GREEN: readonly Step[] = [[null, 'green']]

/** One number of now. */
export function stat(panel: Common & { readonly graph?: boolean; readonly mappings?: ValueMapping[] }): BuiltPanel {
  const built = new StatPanel()
    .title(panel.title)
    .description(panel.help)
    .datasource(DATASOURCE)
    .targets(targets(panel.queries))
    .unit(panel.unit ?? 'short')
    .noValue(panel.none ?? '0')
    .thresholds(thresholds(panel.steps ?? GREEN))
    .colorMode(BigValueColorMode.Background)
    .graphMode(panel.graph === true ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .dataLinks(links(panel.links))
  if (panel.decimals !== undefined) built.decimals(panel.decimals)
  return panel.mappings === undefined ? built : built.mappings(panel.mappings)
}

interface GraphOptions extends Common {
  readonly min?: number
  readonly max?: number
  readonly stacked?: boolean
  /** Beside the series' names: `max`, `lastNotNull`. */
  readonly calcs?: readonly string[]
  /** Look of single series, by a pattern of their names. */
  readonly looks?: readonly { readonly pattern: string; readonly look: readonly DynamicConfigValue[] }[]
}

/** Values over time. Thresholds are drawn as lines. */
export function graph(panel: GraphOptions): BuiltPanel {
  const built = new GraphPanel()
    .title(panel.title)
    .description(panel.help)
    .datasource(DATASOURCE)
    .targets(targets(panel.queries))
    .unit(panel.unit ?? 'short')
    .lineWidth(1)
    .fillOpacity(panel.stacked === true ? 20 : 0)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(panel.calcs === undefined ? LegendDisplayMode.List : LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([...(panel.calcs ?? [])]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .dataLinks(links(panel.links))
  if (panel.none !== undefined) built.noValue(panel.none)
  if (panel.decimals !== undefined) built.decimals(panel.decimals)
  if (panel.min !== undefined) built.min(panel.min)
  if (panel.max !== undefined) built.max(panel.max)
  if (panel.stacked === true) built.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  if (panel.steps !== undefined) {
    built
      .thresholds(thresholds(panel.steps))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
  }
  for (const { pattern, look } of panel.looks ?? []) built.overrideByRegexp(pattern, [...look])
  return built
}

/** How a row is coloured over time, by the texts that its values stand for. */
export function timeline(
  panel: Common & { readonly states: Readonly<Record<string, { text: string; color: string }>> },
): BuiltPanel {
  const options = Object.fromEntries(
    Object.entries(panel.states).map(([value, { text, color }], index) => [value, { text, color, index }]),
  )
  return new TimelinePanel()
    .title(panel.title)
    .description(panel.help)
    .datasource(DATASOURCE)
    .targets(targets(panel.queries))
    .mappings([{ type: MappingType.ValueToText, options }])
    .thresholds(thresholds(GREEN))
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .fillOpacity(80)
    .noValue(panel.none ?? '')
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single).sort(SortOrder.None))
    .dataLinks(links(panel.links))
}

/** A column of a table: the field as the query gives it, its heading, and how it looks. */
export interface Column {
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

/** How often each delay occurs over time, from the buckets of a histogram. */
export function heatmap(panel: Common): BuiltPanel {
  return new HeatmapPanel()
    .title(panel.title)
    .description(panel.help)
    .datasource(DATASOURCE)
    .targets(targets(panel.queries))
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().scheme('Oranges').steps(64).reverse(false))
    .yAxis(new YAxisConfigBuilder().unit(panel.unit ?? 's'))
    .showLegend()
    .noValue(panel.none ?? '')
}
