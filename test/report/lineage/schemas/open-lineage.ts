/**
 * The part of OpenLineage's core schema (spec/OpenLineage.json, 2-0-2) that a run event is held against, closed where the
 * specification is open, so that a misspelt key is found.
 */
const baseFacet = {
  type: 'object',
  properties: { _producer: { type: 'string', format: 'uri' }, _schemaURL: { type: 'string', format: 'uri' } },
  required: ['_producer', '_schemaURL'],
}

const dataset = {
  namespace: { type: 'string', minLength: 1 },
  name: { type: 'string', minLength: 1 },
  facets: { type: 'object', additionalProperties: baseFacet },
}

export const openLineage = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
  $defs: {
    RunEvent: {
      type: 'object',
      properties: {
        eventTime: { type: 'string', format: 'date-time' },
        producer: { type: 'string', format: 'uri' },
        schemaURL: { const: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent' },
        eventType: { enum: ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] },
        run: {
          type: 'object',
          properties: {
            runId: { type: 'string', format: 'uuid' },
            facets: { type: 'object', additionalProperties: baseFacet },
          },
          required: ['runId'],
          additionalProperties: false,
        },
        job: {
          type: 'object',
          properties: dataset,
          required: ['namespace', 'name'],
          additionalProperties: false,
        },
        inputs: {
          type: 'array',
          items: {
            type: 'object',
            properties: { ...dataset, inputFacets: { type: 'object', additionalProperties: baseFacet } },
            required: ['namespace', 'name'],
            additionalProperties: false,
          },
        },
        outputs: {
          type: 'array',
          items: {
            type: 'object',
            properties: { ...dataset, outputFacets: { type: 'object', additionalProperties: baseFacet } },
            required: ['namespace', 'name'],
            additionalProperties: false,
          },
        },
      },
      required: ['eventTime', 'producer', 'schemaURL', 'run', 'job'],
      additionalProperties: false,
    },
  },
  $ref: '#/$defs/RunEvent',
}
