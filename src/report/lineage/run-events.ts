import { iso, MINUTE } from '../../model/time.ts'
import type { EventPlan } from '../../plan/plan.ts'
import type { TablePlan } from '../../plan/table-plan.ts'
import { assertionsOf, type Columns, type JudgedSlo, testsOf } from './assertions.ts'
import { type DatasetId, tableDataset } from './dataset.ts'
import type { DueRun } from './due.ts'
import { facet, RUN_EVENT_SCHEMA } from './facet.ts'
import { destinationFacets, type Facets, jobFacets, tableFacets } from './facets.ts'
import { columnOf } from './fields.ts'
import { destinationDataset, jobOf } from './graph.ts'
import type { LineageMap } from './map.ts'
import { runId } from './run-id.ts'

/** An OpenLineage run event, ready to be sent as JSON. */
export type RunEvent = Readonly<Record<string, unknown>>

interface Dataset extends DatasetId {
  readonly facets: Facets
  readonly inputFacets?: Facets
}

/**
 * A due run as the specification wants it told: one START, one COMPLETE, the same id. The check has completed whatever it
 * found: what it found stands in the assertions. Empty where the plan no longer has the event or the table.
 */
export function runEvents(map: LineageMap, due: DueRun, version: string): readonly RunEvent[] {
  const { plan, producer } = map
  const event = plan.events.get(due.event)
  const table = plan.tables.get(due.event)
  const subject = event ?? table
  if (subject === undefined) return []
  const judged = judgedSlos(map, due)
  const inputs =
    event !== undefined
      ? streamInputs(map, event, judged, producer)
      : table !== undefined
        ? [tableInput(map, table, judged, producer)]
        : []
  const outputs = event === undefined ? [] : destinationOutputs(map, event, producer)
  const job = jobOf(plan, subject)
  const run = { runId: runId(plan.environment, job.name, due.at, due.changed.join('\n')) }
  const nominalTime = facet(producer, 'NominalTimeRunFacet', {
    nominalStartTime: iso(due.at - MINUTE),
    nominalEndTime: iso(due.at),
  })
  const bare = ({ namespace, name }: DatasetId): DatasetId => ({ namespace, name })
  const common = { producer, schemaURL: RUN_EVENT_SCHEMA }
  return [
    {
      eventType: 'START',
      eventTime: iso(due.at - MINUTE),
      ...common,
      run: { ...run, facets: { nominalTime } },
      job,
      inputs: inputs.map(bare),
      outputs: outputs.map(bare),
    },
    {
      eventType: 'COMPLETE',
      eventTime: iso(due.at),
      ...common,
      run: { ...run, facets: { nominalTime, ...runFacets(producer, version, judged) } },
      job: { ...job, facets: jobFacets(producer, plan, subject) },
      inputs,
      outputs,
    },
  ]
}

function runFacets(producer: string, version: string, judged: readonly JudgedSlo[]): Facets {
  return {
    processing_engine: facet(producer, 'ProcessingEngineRunFacet', { version, name: 'assay' }),
    test: facet(producer, 'TestRunFacet', { tests: testsOf(judged) }),
  }
}

/** The streams that carry the event, each with the assertions of the SLOs that hold for what comes from it. */
function streamInputs(
  map: LineageMap,
  event: EventPlan,
  judged: readonly JudgedSlo[],
  producer: string,
): readonly Dataset[] {
  return map.streamsOf(event.name).map((stream) => {
    const { namespace, name, source } = stream
    const events = map.eventsOn(stream)
    const columns: Columns = {
      watched: event.versions.at(-1)?.watched ?? [],
      nameOf: (property) => columnOf(events, event.name, property),
    }
    const own = judged.filter(({ slo }) => slo.source === null || slo.source === source)
    return { namespace, name, facets: map.facetsOf(stream), ...asserted(producer, own, columns) }
  })
}

function tableInput(map: LineageMap, table: TablePlan, judged: readonly JudgedSlo[], producer: string): Dataset {
  const dataset = tableDataset(table.name, map.plan, map.addresses)
  const watched = table.columns.flatMap((column) => (column.watched ? [column.name] : []))
  const facets = tableFacets(producer, map.plan, dataset.namespace, table)
  return { ...dataset, facets, ...asserted(producer, judged, { watched, nameOf: (column) => column }) }
}

/** Nothing where nothing could be judged. */
function asserted(producer: string, judged: readonly JudgedSlo[], columns: Columns): Pick<Dataset, 'inputFacets'> {
  const assertions = assertionsOf(judged, columns)
  if (assertions.length === 0) return {}
  return {
    inputFacets: { dataQualityAssertions: facet(producer, 'DataQualityAssertionsDatasetFacet', { assertions }) },
  }
}

function destinationOutputs({ plan, addresses }: LineageMap, event: EventPlan, producer: string): readonly Dataset[] {
  return event.destinations.map((destination) => {
    const dataset = destinationDataset(plan, destination, addresses)
    const facets =
      destination.kind === 'table'
        ? tableFacets(producer, plan, dataset.namespace, plan.tables.get(destination.name))
        : destinationFacets(producer, destination.kind, dataset.namespace)
    return { ...dataset, facets }
  })
}

function judgedSlos(map: LineageMap, due: DueRun): readonly JudgedSlo[] {
  return map.slosOf(due.event).map((slo) => ({ slo, verdict: due.verdicts.get(slo.name) ?? null }))
}
