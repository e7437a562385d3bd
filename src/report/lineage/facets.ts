import type { EventPlan, Plan } from '../../plan/plan.ts'
import type { TablePlan } from '../../plan/table-plan.ts'
import type { StreamDataset } from './dataset.ts'
import { type Facet, facet } from './facet.ts'
import { columnOf, streamFields, tableFields } from './fields.ts'

export type Facets = Readonly<Record<string, Facet>>

interface Owned {
  readonly name: string
  readonly type: 'OWNER' | 'BACKUP'
}

/** What contracts of events and of tables say alike. */
type Contract = Pick<EventPlan, 'name' | 'domain' | 'description' | 'owner' | 'tier' | 'status'>

const MOST_PRIVATE = 100

const TYPES: Readonly<Record<StreamDataset['kind'], string>> = {
  topic: 'TOPIC',
  collector: 'STREAM',
  demo: 'STREAM',
  file: 'FILE',
}

/** What is known of a stream: where it is, and of the events that it carries whose they are and what they hold. */
export function streamFacets(
  producer: string,
  plan: Plan,
  stream: StreamDataset,
  events: readonly EventPlan[],
): Facets {
  const fields = streamFields(events)
  const [only] = events
  return {
    dataSource: facet(producer, 'DatasourceDatasetFacet', { name: stream.source, uri: stream.uri }),
    datasetType: facet(producer, 'DatasetTypeDatasetFacet', { datasetType: TYPES[stream.kind] }),
    ownership: facet(producer, 'OwnershipDatasetFacet', { owners: ownersOf(plan, events) }),
    tags: facet(producer, 'TagsDatasetFacet', {
      tags: [...tagsOf(events), ...privateFields(events).slice(0, MOST_PRIVATE)],
    }),
    ...(fields.length === 0 ? {} : { schema: facet(producer, 'SchemaDatasetFacet', { fields }) }),
    // Where there are several, each is described beside its fields.
    ...(only === undefined || only.description === '' || events.length > 1
      ? {}
      : { documentation: facet(producer, 'DocumentationDatasetFacet', { description: only.description }) }),
  }
}

/** The event or table itself: whose it is and what it means. */
export function jobFacets(producer: string, plan: Plan, event: Contract): Facets {
  return {
    jobType: facet(producer, 'JobTypeJobFacet', { processingType: 'BATCH', integration: 'ASSAY', jobType: 'CHECK' }),
    ownership: facet(producer, 'OwnershipJobFacet', { owners: ownersOf(plan, [event]) }),
    tags: facet(producer, 'TagsJobFacet', { tags: [...tagsOf([event]), tag('status', event.status)] }),
    documentation: facet(producer, 'DocumentationJobFacet', {
      description: event.description === '' ? event.name : `${event.name}: ${event.description}`,
    }),
  }
}

/** What is known of a table: where it is, and what its contract says, if it has one. */
export function tableFacets(producer: string, plan: Plan, namespace: string, table: TablePlan | undefined): Facets {
  const place = destinationFacets(producer, 'table', namespace)
  if (table === undefined) return place
  const fields = tableFields(table)
  const pii = table.columns.flatMap(({ name, pii: kind }) =>
    kind === null ? [] : [{ ...tag('pii', kind), field: name }],
  )
  return {
    ...place,
    ownership: facet(producer, 'OwnershipDatasetFacet', { owners: ownersOf(plan, [table]) }),
    tags: facet(producer, 'TagsDatasetFacet', { tags: [...tagsOf([table]), ...pii] }),
    ...(fields.length === 0 ? {} : { schema: facet(producer, 'SchemaDatasetFacet', { fields }) }),
    ...(table.description === ''
      ? {}
      : { documentation: facet(producer, 'DocumentationDatasetFacet', { description: table.description }) }),
  }
}

/** What is known of a place that events go to. */
export function destinationFacets(producer: string, kind: string, namespace: string): Facets {
  return {
    dataSource: facet(producer, 'DatasourceDatasetFacet', { name: namespace, uri: namespace }),
    datasetType: facet(producer, 'DatasetTypeDatasetFacet', { datasetType: kind.toUpperCase() }),
  }
}

function ownersOf(plan: Plan, events: readonly Contract[]): readonly Owned[] {
  const owners = new Map<string, Owned>()
  for (const { owner } of events) owners.set(owner, { name: `team:${owner}`, type: 'OWNER' })
  for (const { domain } of events) {
    const backup = plan.domains.get(domain)?.owner.backup ?? null
    if (backup !== null && !owners.has(backup)) owners.set(backup, { name: `team:${backup}`, type: 'BACKUP' })
  }
  return [...owners.values()]
}

function tagsOf(events: readonly Contract[]): readonly object[] {
  const values = (of: (event: Contract) => string): string[] => [...new Set(events.map(of))].sort()
  return [
    ...values(({ domain }) => domain).map((domain) => tag('domain', domain)),
    ...values(({ tier }) => tier).map((tier) => tag('tier', tier)),
  ]
}

/** Names and classes of private properties. */
function privateFields(events: readonly EventPlan[]): readonly object[] {
  return events.flatMap((event) =>
    [...(event.versions.at(-1)?.pii ?? [])].map(([pointer, kind]) => {
      const path = pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
      return { ...tag('pii', kind), field: columnOf(events, event.name, path) }
    }),
  )
}

function tag(key: string, value: string): object {
  return { key, value, source: 'ASSAY' }
}
