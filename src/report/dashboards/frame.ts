import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { BuiltPanel, Link } from './panels.ts'
import { DATASOURCE, type VariableName, variables } from './variables.ts'

/** A dashboard's panels, from the question that comes first to the last; each as wide as it needs to be of 24. */
export interface Section {
  /** Null: at the top, without a heading. */
  readonly title: string | null
  /** Height of its panels in rows of about 30 px. */
  readonly height: number
  readonly panels: readonly Placed[]
}

/** A panel and its width, of 24 columns. */
export interface Placed {
  readonly width: number
  readonly panel: BuiltPanel
}

export interface Frame {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly variables: readonly VariableName[]
  readonly publicUrl: string
  /** How far back it begins. */
  readonly from: string
  readonly links: readonly Link[]
  readonly sections: readonly Section[]
}

const WIDTH = 24

/** Puts a dashboard together; ids and places follow from the order alone. */
export function dashboard(frame: Frame): Dashboard {
  const builder = new DashboardBuilder(frame.title)
    .uid(frame.uid)
    .description(frame.description)
    .tags(['assay'])
    .timezone('browser')
    .time({ from: frame.from, to: 'now' })
    .refresh('1m')
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables(frame.variables, frame.publicUrl))
  // Other dashboards of Assay keep the time and what is chosen; pages of Assay open as they are.
  builder.link(
    new DashboardLinkBuilder('Assay dashboards')
      .type(DashboardLinkType.Dashboards)
      .tags(['assay'])
      .asDropdown(false)
      .includeVars(true)
      .keepTime(true),
  )
  for (const { title, url } of frame.links) {
    builder.link(new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).icon('external link'))
  }
  builder.annotation(
    new AnnotationQueryBuilder()
      .name('Incidents begin')
      .datasource(DATASOURCE)
      .enable(true)
      .iconColor('red')
      .expr(
        'max by (incident, domain, event, table, severity) (assay_incident_started_timestamp_seconds{job=~"$job"}) * 1000',
      )
      .useValueForTime(true)
      .titleFormat('{{severity}}: {{event}}{{table}}')
      .textFormat('{{domain}} {{incident}}')
      .tagKeys('severity,domain')
      .step('60s'),
  )
  let id = 0
  let y = 0
  for (const { title, height, panels } of frame.sections) {
    if (title !== null) {
      id += 1
      builder.withRow(new RowBuilder(title).id(id).gridPos({ x: 0, y, w: WIDTH, h: 1 }))
      y += 1
    }
    let x = 0
    for (const { width, panel } of panels) {
      if (x + width > WIDTH) {
        x = 0
        y += height
      }
      id += 1
      const placed: Panel = { ...panel.build(), id, gridPos: { x, y, w: width, h: height } }
      builder.withPanel({ build: () => placed })
      x += width
    }
    y += height
  }
  return builder.build()
}
