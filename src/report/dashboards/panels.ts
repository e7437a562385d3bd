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
import { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import { type Query, targets } from './queries.ts'
import { DATASOURCE } from './variables.ts'

/** What every panel says: its question, and what to make of the answer. */
export interface Common {
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
export type Step = readonly [from: number | null, color: string]
export interface Link {
  readonly title: string
  readonly url: string
}
export type BuiltPanel = Builder<Panel>

export function thresholds(steps: readonly Step[]) {
  const list: Threshold[] = steps.map(([value, color]) => ({ value, color }))
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(list)
}

function links(of: readonly Link[] = []): Builder<DashboardLink>[] {
  return of.map(({ title, url }) => new DashboardLinkBuilder(title).url(url).targetBlank(false))
}

export const GREEN: readonly Step[] = [[null, 'green']]

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
