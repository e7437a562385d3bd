import type { EventSample } from '../../model/sample.ts'
import { round6 } from '../../model/ratio.ts'
import { iso } from '../../model/time.ts'
import type { EventPlan } from '../../plan/plan.ts'
import { contractStub } from '../../plan/stub.ts'
import { incidentDocument } from '../../report/documents/incident.ts'
import { unplannedSeen } from '../../store/read/arrivals.ts'
import { nameCounts, versionCounts } from '../../store/read/counts.ts'
import { openIncidentsWith } from '../../store/read/incidents.ts'
import { findingsOf, samplesOf } from '../../store/read/samples.ts'
import { type Span, seriesOf } from '../../store/read/spans.ts'
import type { ServeDeps } from '../deps.ts'
import { notFound } from '../problems.ts'
import { fillOf, mergedProperties, payloadOf, stubBodies, watchedOf } from '../samples.ts'
import { readVolumeStreams } from '../../store/volume-streams.ts'
import { volumeDocument } from '../volume-document.ts'
import { eventCounts, versionDocument } from './events.ts'
import { sloDocuments } from './slos.ts'

type Deps = Pick<ServeDeps, 'db' | 'plan'>

/** Enough that no watched property's is left out: one that has none was always filled. */
const MOST_FINDINGS = 2_000
const MOST_VIOLATIONS = 200

/** `GET /api/v1/events/:name`: one event with all that is known of it; one without a contract with the stub of one. */
export async function eventAnswer(deps: Deps, name: string, span: Span): Promise<object> {
  const event = deps.plan().events.get(name)
  if (event === undefined) return unplannedAnswer(deps, name, span)
  const { db } = deps
  const [counts, versions, findings, samples, open, slos, volume] = await Promise.all([
    nameCounts(db, span, seriesOf('planned', [name])),
    versionCounts(db, [name], span),
    findingsOf(db, name, span, MOST_FINDINGS),
    samplesOf(db, 'planned', [name]),
    openIncidentsWith(db, name),
    sloDocuments(deps, (slo) => slo.event === name),
    readVolumeStreams(db, name),
  ])
  const [own] = counts
  return {
    since: iso(span.from),
    until: iso(span.to),
    ...eventCounts(event, own),
    description: event.description,
    owner: event.owner,
    tier: event.tier,
    contract_versions: contractVersions(event),
    notes: event.notes,
    versions: versions.map(versionDocument),
    properties: propertyDocuments(samples, watchedOf(event), findings, own?.received ?? 0),
    violations: findings
      .filter(({ kind }) => kind === 'violation')
      .slice(0, MOST_VIOLATIONS)
      .map(({ kind: _, ...violation }) => violation),
    last_payload: payloadOf(samples[0]?.payload ?? null),
    last_invalid_payload: payloadOf(samples.find((sample) => sample.invalidPayload !== null)?.invalidPayload ?? null),
    destinations: event.destinations.map(({ kind, name: destination, key }) => ({ kind, name: destination, key })),
    open_incidents: open.map(incidentDocument),
    volume: volume.map(volumeDocument),
    slos,
  }
}

async function unplannedAnswer({ db }: Deps, name: string, span: Span): Promise<object> {
  const [counts, samples, seen] = await Promise.all([
    nameCounts(db, span, seriesOf('unplanned', [name])),
    samplesOf(db, 'unplanned', [name]),
    unplannedSeen(db),
  ])
  const [own] = counts
  const times = seen.get(name)
  if (times === undefined) throw notFound('event', name)
  return {
    since: iso(span.from),
    until: iso(span.to),
    name,
    domain: null,
    status: 'unplanned',
    owner: null,
    received: own?.received ?? 0,
    invalid: 0,
    duplicates: own?.duplicates ?? 0,
    late: 0,
    unfilled: 0,
    last_arrival: iso(times.last),
    first_seen: iso(times.first),
    last_seen: iso(times.last),
    contract_versions: [],
    notes: [],
    versions: [],
    properties: propertyDocuments(samples, new Set(), [], own?.received ?? 0),
    violations: [],
    last_payload: payloadOf(samples[0]?.payload ?? null),
    last_invalid_payload: null,
    destinations: [],
    open_incidents: [],
    slos: [],
    contract_stub: contractStub(name, stubBodies(samples)),
  }
}

function contractVersions(event: EventPlan): object[] {
  return event.versions.map(({ version, appliesFrom, watched, schema }) => ({
    version,
    applies_from: appliesFrom,
    watched,
    schema,
  }))
}

function propertyDocuments(
  samples: readonly EventSample[],
  watched: ReadonlySet<string>,
  findings: readonly { kind: string; path: string; count: number }[],
  received: number,
): object[] {
  return mergedProperties(samples).map((property) => ({
    name: property.name,
    types: property.types,
    filled: property.filled,
    seen: property.seen,
    fill: round6(fillOf(property, watched, findings, received)),
  }))
}
