import { iso, MINUTE } from '../../model/time.ts'
import type { EventPlan } from '../../plan/plan.ts'
import { assertionsOf, type JudgedSlo, testsOf } from './assertions.ts'
import type { DueRun } from './due.ts'
import { facet, producerOf, RUN_EVENT_SCHEMA } from './facet.ts'
import { destinationFacets, jobFacets, streamFacets } from './facets.ts'
import { destinationDataset, eventJob } from './graph.ts'
import type { LineageMap } from './map.ts'
import { runId } from './run-id.ts'

/** An OpenLineage run event, ready to be sent as JSON. */
export type RunEvent = Readonly<Record<string, unknown>>

/**
 * A due run as the specification wants it told: one START, one COMPLETE, the same id. The check has completed whatever it
 * found: what it found stands in the assertions. Empty where the plan no longer has the event.
 */
export function runEvents(map: LineageMap, due: DueRun, version: string): readonly RunEvent[] {
  const event = map.plan.events.get(due.event)
  if (event === undefined) return []
  const producer = producerOf(version)
  const job = eventJob(map.plan, event)
  const run = { runId: runId(map.plan.environment, job.name, due.at, due.changed.join('\n')) }
  const bare = {
    producer,
    schemaURL: RUN_EVENT_SCHEMA,
    inputs: map.streamsOf(event.name).map(({ namespace, name }) => ({ namespace, name })),
    outputs: event.destinations.map((destination) => destinationDataset(map.plan, destination, map.addresses)),
  }
  const nominalTime = facet(producer, 'NominalTimeRunFacet', {
    nominalStartTime: iso(due.at - MINUTE),
    nominalEndTime: iso(due.at),
  })
  return [
    { eventType: 'START', eventTime: iso(due.at - MINUTE), ...bare, run: { ...run, facets: { nominalTime } }, job },
    {
      eventType: 'COMPLETE',
      eventTime: iso(due.at),
      ...bare,
      run: { ...run, facets: { nominalTime, ...runFacets(producer, version, judgedSlos(map, due)) } },
      job: { ...job, facets: jobFacets(producer, map.plan, event) },
      inputs: inputsOf(map, due, event, producer),
      outputs: event.destinations.map((destination) => {
        const dataset = destinationDataset(map.plan, destination, map.addresses)
        return { ...dataset, facets: destinationFacets(producer, destination.kind, dataset.namespace) }
      }),
    },
  ]
}

function runFacets(producer: string, version: string, judged: readonly JudgedSlo[]) {
  return {
    processing_engine: facet(producer, 'ProcessingEngineRunFacet', { version, name: 'assay' }),
    test: facet(producer, 'TestRunFacet', { tests: testsOf(judged) }),
  }
}

/** The streams that carry the event, each with the assertions of the SLOs that hold for what comes from it. */
function inputsOf(map: LineageMap, due: DueRun, event: EventPlan, producer: string): readonly object[] {
  return map.streamsOf(event.name).map((stream) => {
    const { namespace, name, source } = stream
    const events = map.eventsOn(stream)
    const judged = judgedSlos(map, due).filter(({ slo }) => slo.source === null || slo.source === source)
    const assertions = assertionsOf(judged, event, events)
    const dataQualityAssertions = facet(producer, 'DataQualityAssertionsDatasetFacet', { assertions })
    return {
      namespace,
      name,
      facets: streamFacets(producer, map.plan, stream, events),
      ...(assertions.length === 0 ? {} : { inputFacets: { dataQualityAssertions } }),
    }
  })
}

function judgedSlos(map: LineageMap, due: DueRun): readonly JudgedSlo[] {
  return map.slosOf(due.event).map((slo) => ({ slo, verdict: due.verdicts.get(slo.name) ?? null }))
}
