import type { Json } from './subschemas.ts'

export type Draft = 'draft-04' | 'draft-07' | '2019-09' | '2020-12'

/** Which draft a schema is written in; null: one that isn't known. 2020-12 unless it says otherwise; draft-06 is read as draft-07, which only adds to it. */
export function draftOf(schema: Json): Draft | null {
  const named = schema['$schema']
  if (named === undefined) return '2020-12'
  if (typeof named !== 'string') return null
  if (/^https?:\/\/json-schema\.org\/draft-04\/schema#?$/.test(named)) return 'draft-04'
  if (/^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/.test(named)) return 'draft-07'
  if (/^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/.test(named)) return '2019-09'
  return /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test(named) ? '2020-12' : null
}
