import type { Problem } from '../model/problem.ts'
import { type Document, type Path, problemAt } from './document.ts'

const LATER_FORMATS = ['snowplow', 'confluent', 'avro', 'protobuf']
const LATER_KINDS = ['landing', 'lag']

type Entries = Readonly<Record<string, unknown>>

/**
 * What the design names and this version hasn't: said in one sentence instead of as a wrong key. A configuration written
 * for a later version still runs: what can be done without is a warning and is left out. The document comes back without it; null where nothing is left to look at.
 */
export function withoutLater(document: Document): { document: Document | null; problems: readonly Problem[] } {
  if (!isMap(document.value)) return { document, problems: [] }
  const problems: Problem[] = []
  const say = (path: Path, message: string, atKey = false, severity: Problem['severity'] = 'warning'): void => {
    problems.push(problemAt(document, path, `${message} not in this version`, severity, atKey))
  }
  if (isMap(document.value['sli'])) {
    const { kind, against } = document.value['sli']
    if (LATER_KINDS.includes(String(kind))) say(['sli', 'kind'], `SLIs of kind ${String(kind)} are`)
    else if (against !== undefined) say(['sli', 'against'], '"against" is', true)
    return { document: problems.length > 0 ? null : document, problems }
  }
  const { value } = document
  const { sources } = value
  if (!Array.isArray(sources)) return { document, problems }
  const left = sources.map((source: unknown, index) => {
    if (!isMap(source)) return source
    const { sampling, ...rest } = source
    const at = ['sources', index]
    if (sampling !== undefined && sampling !== 'auto' && sampling !== 1) {
      say([...at, 'sampling'], 'every record is checked: sampling is')
    }
    const { format } = source
    if (isMap(format) && LATER_FORMATS.includes(String(format['type']))) {
      say(
        [...at, 'format', 'type'],
        `use segment, cloudevents or json: the format ${String(format['type'])} is`,
        false,
        'error',
      )
      return { ...rest, format: { type: 'segment' } }
    }
    return rest
  })
  return { document: { ...document, value: { ...value, sources: left } }, problems }
}

function isMap(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
