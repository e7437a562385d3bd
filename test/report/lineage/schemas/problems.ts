import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { facetSchema, facetSchemas } from './facets.ts'
import { openLineage } from './open-lineage.ts'

const ajv = new Ajv2020({ allErrors: true, strict: false })
formats.default(ajv)
const isRunEvent = ajv.compile(openLineage)
const facetChecks = Object.fromEntries(
  Object.entries(facetSchemas).map(([place, facets]) => [
    place,
    new Map(Object.entries(facets).map(([key, schema]) => [key, ajv.compile(facetSchema(schema))])),
  ]),
)

type Facets = Readonly<Record<string, unknown>> | undefined
interface Dataset {
  readonly facets?: Facets
  readonly inputFacets?: Facets
  readonly outputFacets?: Facets
}

/** What is wrong with an event by the specification; empty: nothing. A facet that the sheet doesn't know is wrong as well. */
export function specProblems(event: object): string[] {
  const problems = isRunEvent(event)
    ? []
    : (isRunEvent.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
  const { run, job, inputs, outputs } = event as {
    run: Dataset
    job: Dataset
    inputs?: readonly Dataset[]
    outputs?: readonly Dataset[]
  }
  const look = (place: string, facets: Facets): void => {
    for (const [key, facet] of Object.entries(facets ?? {})) {
      const check = facetChecks[place]?.get(key)
      if (check === undefined) problems.push(`${place}: no facet is called ${key}`)
      else if (!check(facet)) {
        problems.push(...(check.errors ?? []).map((error) => `${place} ${key}${error.instancePath} ${error.message}`))
      }
    }
  }
  look('run', run.facets)
  look('job', job.facets)
  for (const dataset of [...(inputs ?? []), ...(outputs ?? [])]) look('dataset', dataset.facets)
  for (const { inputFacets } of inputs ?? []) look('input', inputFacets)
  return problems
}
