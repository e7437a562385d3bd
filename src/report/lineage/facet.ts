/** What every facet carries. */
export interface Facet {
  readonly _producer: string
  readonly _schemaURL: string
  readonly [key: string]: unknown
}

/** Versions of the facets' schemas, by the name of their file. */
const VERSIONS = {
  DataQualityAssertionsDatasetFacet: '1-1-0',
  DatasetTypeDatasetFacet: '1-0-1',
  DatasourceDatasetFacet: '1-0-1',
  DocumentationDatasetFacet: '1-1-0',
  DocumentationJobFacet: '1-1-0',
  JobTypeJobFacet: '2-0-4',
  NominalTimeRunFacet: '1-0-1',
  OwnershipDatasetFacet: '1-0-1',
  OwnershipJobFacet: '1-0-1',
  ProcessingEngineRunFacet: '1-1-1',
  SchemaDatasetFacet: '1-2-0',
  TagsDatasetFacet: '1-0-0',
  TagsJobFacet: '1-0-0',
  TestRunFacet: '1-0-1',
} as const
export type FacetFile = keyof typeof VERSIONS

const SPEC = 'https://openlineage.io/spec'
export const RUN_EVENT_SCHEMA = `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`

/** Who emits: the program and its version, as a URI. */
export function producerOf(version: string): string {
  return `urn:assay:${version}`
}

/** A facet of the kind that `file` describes. */
export function facet(producer: string, file: FacetFile, content: Readonly<Record<string, unknown>>): Facet {
  return { _producer: producer, _schemaURL: `${SPEC}/facets/${VERSIONS[file]}/${file}.json#/$defs/${file}`, ...content }
}
