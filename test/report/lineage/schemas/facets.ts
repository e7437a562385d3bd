/** The facets that Assay sends, as spec/facets describes them, by key: file, version, place and content. */
type Place = 'run' | 'job' | 'dataset' | 'input'

const text = { type: 'string' }
const instant = { type: 'string', format: 'date-time' }

const field = {
  $id: 'assay-test:field',
  type: 'object',
  properties: {
    name: text,
    type: text,
    description: text,
    ordinal_position: { type: 'integer' },
    fields: { type: 'array', items: { $ref: 'assay-test:field' } },
  },
  required: ['name'],
  additionalProperties: false,
}

const listOf = (properties: object, required: readonly string[]) => ({
  type: 'array',
  items: { type: 'object', properties, required, additionalProperties: false },
})
const owners = listOf({ name: text, type: text }, ['name'])
const tag = { key: text, value: text, source: text }

interface FacetSchema {
  readonly file: string
  readonly version: string
  readonly content: object
  readonly required: readonly string[]
}

export const facetSchemas: Readonly<Record<Place, Readonly<Record<string, FacetSchema>>>> = {
  run: {
    nominalTime: {
      file: 'NominalTimeRunFacet',
      version: '1-0-1',
      content: { nominalStartTime: instant, nominalEndTime: instant },
      required: ['nominalStartTime'],
    },
    processing_engine: {
      file: 'ProcessingEngineRunFacet',
      version: '1-1-1',
      content: { version: text, name: text, openlineageAdapterVersion: text },
      required: ['version'],
    },
    test: {
      file: 'TestRunFacet',
      version: '1-0-1',
      content: {
        tests: listOf(
          {
            name: text,
            status: { enum: ['pass', 'fail', 'skip'] },
            severity: { enum: ['error', 'warn'] },
            type: text,
            description: text,
          },
          ['name', 'status'],
        ),
      },
      required: ['tests'],
    },
  },
  job: {
    jobType: {
      file: 'JobTypeJobFacet',
      version: '2-0-4',
      content: { processingType: { enum: ['BATCH', 'STREAMING', 'SERVICE'] }, integration: text, jobType: text },
      // Marquez refuses one without jobType.
      required: ['processingType', 'integration', 'jobType'],
    },
    ownership: { file: 'OwnershipJobFacet', version: '1-0-1', content: { owners }, required: ['owners'] },
    documentation: {
      file: 'DocumentationJobFacet',
      version: '1-1-0',
      content: { description: text, contentType: text },
      required: ['description'],
    },
    tags: {
      file: 'TagsJobFacet',
      version: '1-0-0',
      content: { tags: listOf(tag, ['key', 'value']) },
      required: ['tags'],
    },
  },
  dataset: {
    schema: {
      file: 'SchemaDatasetFacet',
      version: '1-2-0',
      content: { fields: { type: 'array', items: field } },
      required: ['fields'],
    },
    ownership: { file: 'OwnershipDatasetFacet', version: '1-0-1', content: { owners }, required: ['owners'] },
    dataSource: {
      file: 'DatasourceDatasetFacet',
      version: '1-0-1',
      content: { name: text, uri: { type: 'string', format: 'uri' } },
      required: ['name', 'uri'],
    },
    documentation: {
      file: 'DocumentationDatasetFacet',
      version: '1-1-0',
      content: { description: text, contentType: text },
      required: ['description'],
    },
    tags: {
      file: 'TagsDatasetFacet',
      version: '1-0-0',
      content: { tags: listOf({ ...tag, field: text }, ['key', 'value']) },
      required: ['tags'],
    },
    datasetType: {
      file: 'DatasetTypeDatasetFacet',
      version: '1-0-1',
      content: {
        datasetType: { enum: ['TABLE', 'VIEW', 'FILE', 'TOPIC', 'STREAM', 'MODEL', 'DASHBOARD'] },
        subType: text,
      },
      required: ['datasetType'],
    },
  },
  input: {
    dataQualityAssertions: {
      file: 'DataQualityAssertionsDatasetFacet',
      version: '1-1-0',
      content: {
        assertions: listOf(
          {
            assertion: text,
            success: { type: 'boolean' },
            column: text,
            severity: { enum: ['error', 'warn'] },
            ...{ name: text, description: text, expected: text, actual: text, content: text, contentType: text },
            params: { type: 'object' },
          },
          ['assertion', 'success'],
        ),
      },
      required: ['assertions'],
    },
  },
}

/** The whole schema of a facet. */
export function facetSchema({ file, version, content, required }: FacetSchema): object {
  const url = `https://openlineage.io/spec/facets/${version}/${file}.json#/$defs/${file}`
  return {
    type: 'object',
    properties: {
      _producer: { type: 'string', format: 'uri' },
      _schemaURL: { const: url },
      _deleted: { type: 'boolean' },
      ...content,
    },
    required: ['_producer', '_schemaURL', ...required],
    additionalProperties: false,
  }
}
