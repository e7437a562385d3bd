import type { EventPlan } from '../../plan/plan.ts'
import type { TablePlan } from '../../plan/table-plan.ts'

/** A field as the schema facet lists it. */
export interface Field {
  readonly name: string
  readonly type?: string
  readonly description?: string
  readonly fields?: readonly Field[]
}

const MOST_LEVELS = 4
/** Each run carries its streams' facets: they stay below 20 kB, however many events a stream has. */
const MOST_FIELDS = 200
const MOST_BELOW = 100

/** The properties of an event's newest contract: names, types and descriptions, never a value. */
function fieldsOf(event: EventPlan): readonly Field[] {
  const newest = event.versions.at(-1)
  if (newest === undefined) return []
  const named = propertiesOf(newest.schema, MOST_LEVELS)
  const names = new Set(named.map(({ name }) => name))
  const others = [...newest.known].filter((name) => !names.has(name)).sort()
  return [...named, ...others.map((name) => ({ name }))].slice(0, MOST_FIELDS)
}

/**
 * The fields of a stream: of its event; where it carries several, a field for each with its own below, as in a union of
 * record types.
 */
export function streamFields(events: readonly EventPlan[]): readonly Field[] {
  const [only] = events
  if (only !== undefined && events.length === 1) return fieldsOf(only)
  const fields = events.map((event) => ({ event, below: fieldsOf(event) }))
  const sum = fields.reduce((total, { below }) => total + below.length, 0)
  return fields.slice(0, MOST_FIELDS).map(({ event: { name, description }, below }) => ({
    name,
    type: 'event',
    ...(description === '' || sum > MOST_BELOW ? {} : { description }),
    ...(sum > MOST_BELOW || below.length === 0 ? {} : { fields: below }),
  }))
}

/** The columns of a table's contract, as far as it names them. */
export function tableFields({ columns }: TablePlan): readonly Field[] {
  return columns.slice(0, MOST_FIELDS).map(({ name, type }) => ({ name, ...(type === null ? {} : { type }) }))
}

/** What a property of an event is called in its stream's fields. */
export function columnOf(events: readonly EventPlan[], event: string, property: string): string {
  return events.length === 1 ? property : `${event}.${property}`
}

function propertiesOf(schema: unknown, levels: number): Field[] {
  const properties = isMap(schema) ? schema['properties'] : undefined
  if (!isMap(properties) || levels === 0) return []
  return Object.entries(properties).map(([name, property]) => {
    const type = typeOf(property)
    const below = propertiesOf(property, levels - 1)
    const description = isMap(property) ? property['description'] : undefined
    return {
      name,
      ...(type === null ? {} : { type }),
      ...(typeof description === 'string' && description !== '' ? { description } : {}),
      ...(below.length === 0 ? {} : { fields: below }),
    }
  })
}

/** `string`, `number|null`; of an enumeration the types of its values. */
function typeOf(property: unknown): string | null {
  if (!isMap(property)) return null
  const { type } = property
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return type.filter((one) => typeof one === 'string').join('|') || null
  const values: unknown = property['enum'] ?? ('const' in property ? [property['const']] : undefined)
  if (!Array.isArray(values)) return null
  return [
    ...new Set(values.map((value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value))),
  ].join('|')
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
