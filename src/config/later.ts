import type { Problem } from '../model/problem.ts'
import { type Document, problemAt } from './document.ts'

const LATER_SOURCES = ['kafka']
const LATER_FORMATS = ['snowplow', 'confluent']
const LATER_SECTIONS = ['warehouses', 'telemetry']
const LATER_KINDS = ['landing', 'lag']

type Entries = Readonly<Record<string, unknown>>

/**
 * What the design names and this version hasn't: said in one sentence instead of as a wrong key. The document comes back
 * without it, so that nothing else is said of the same place.
 */
export function laterVersions(document: Document): { document: Document; problems: Problem[] } {
  if (!isMap(document.value)) return { document, problems: [] }
  const problems: Problem[] = []
  const value: Record<string, unknown> = { ...document.value }
  for (const section of LATER_SECTIONS) {
    if (value[section] === undefined) continue
    problems.push(
      problemAt(document, [section], `"${section}" is not in this version: leave the section out`, 'error', true),
    )
    delete value[section]
  }
  if (Array.isArray(value['sources'])) {
    const places = new Map<unknown, number>(value['sources'].map((source, index) => [source, index]))
    value['sources'] = value['sources'].map((source: unknown) => {
      const index = places.get(source) ?? 0
      if (!isMap(source)) return source
      const { sampling, ...rest } = source
      if (sampling !== undefined && sampling !== 'auto' && sampling !== 1) {
        problems.push(
          problemAt(
            document,
            ['sources', index, 'sampling'],
            'sampling is not in this version: every record is validated',
          ),
        )
      }
      if (LATER_SOURCES.includes(String(source['type']))) {
        problems.push(
          problemAt(
            document,
            ['sources', index, 'type'],
            `sources of type ${String(source['type'])} are not in this version: use http or file`,
          ),
        )
        return { id: String(source['id']), type: 'http' }
      }
      const format = source['format']
      if (isMap(format) && LATER_FORMATS.includes(String(format['type']))) {
        problems.push(
          problemAt(
            document,
            ['sources', index, 'format', 'type'],
            `the format ${String(format['type'])} is not in this version: use segment, cloudevents or json`,
          ),
        )
        return { ...rest, format: { type: 'segment' } }
      }
      return rest
    })
  }
  if (Array.isArray(value['slos'])) {
    value['slos'] = value['slos'].filter((slo: unknown, index: number) => {
      const sli = isMap(slo) ? slo['sli'] : null
      if (!isMap(sli)) return true
      const kind = String(sli['kind'])
      const why = LATER_KINDS.includes(kind)
        ? `the kind ${kind}`
        : sli['against'] !== undefined
          ? '"against"'
          : sli['table'] !== undefined
            ? 'an SLI on a table'
            : null
      if (why === null) return true
      problems.push(problemAt(document, ['slos', index, 'sli'], `${why} is not in this version`))
      return false
    })
  }
  return { document: { ...document, value }, problems }
}

function isMap(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
