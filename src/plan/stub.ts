import { Document, visit } from 'yaml'
import { storable } from '../model/storable.ts'
import { isJson, type Json } from './schema/subschemas.ts'
import { slug } from './slug.ts'

type Schema = Record<string, unknown>

const MOST_PROPERTIES = 100
const LONGEST_NAME = 200
/** What redaction leaves of a private value: `‹email›`. What type it had, nobody knows any more. */
const REDACTED = /^‹([^›]*)›$/

/** Where a contract for this event is to be saved, below the project's folder. */
export function stubPath(event: string, domain = '<domain>', rules = 'rules'): string {
  return `${rules}/domains/${domain}/events/${slug(event)}.yaml`
}

/**
 * A contract for an event that has none, inferred from (redacted) bodies of it and ready to be saved: types as seen, required
 * what was filled in all of them, nothing about values. It lints clean as it is, whatever the names in it.
 */
export function contractStub(event: string, bodies: readonly unknown[], path = stubPath(event)): string {
  const objects = bodies.filter(isJson)
  const schema = { type: 'object', ...(objects.length === 0 ? {} : objectSchema(objects, 1)) }
  const contract = {
    // As it arrives: see `event` in a contract's schema.
    event: storable(event.slice(0, LONGEST_NAME)),
    description: 'What has happened when this arrives, and who sends it.',
    versions: [{ version: 1, schema }],
  }
  const document = new Document(contract)
  // Read plain, this name is YAML's for merging maps.
  visit(document, {
    Scalar: (_key, node) => {
      if (node.value === '<<') node.type = 'QUOTE_DOUBLE'
    },
  })
  document.commentBefore = ` Save as ${path}`
  return document.toString({ lineWidth: 120 })
}

/** The properties of some objects; those of objects in them one level deep. */
function objectSchema(objects: readonly Json[], level: number): Schema {
  const named = [...new Set(objects.flatMap((object) => Object.keys(object)))].filter((name) => !name.includes('‹'))
  const names = named.slice(0, MOST_PROPERTIES)
  const properties = names.map((name): [string, Schema] => {
    const values = objects.flatMap((object) => (Object.hasOwn(object, name) ? [object[name]] : []))
    return [name.toWellFormed(), valueSchema(values, level)]
  })
  const required = names.filter((name) => objects.every((object) => isFilled(object, name)))
  return {
    ...(required.length === 0 ? {} : { required: required.map((name) => name.toWellFormed()) }),
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
  }
}

function isFilled(object: Json, name: string): boolean {
  return Object.hasOwn(object, name) && object[name] !== null && object[name] !== ''
}

function valueSchema(values: readonly unknown[], level: number): Schema {
  const classes = values.flatMap((value) => (typeof value === 'string' ? (REDACTED.exec(value)?.[1] ?? []) : []))
  const [kind] = classes
  if (kind !== undefined) return { 'x-pii': kind === '' ? 'private' : kind }
  const types = [...new Set(values.map(typeOf))].sort()
  const objects = values.filter(isJson)
  const within = objects.length > 0 && level > 0 ? objectSchema(objects, level - 1) : {}
  const [only] = types
  // Only null was seen: that says nothing of what it is otherwise.
  if (types.length === 1 && only === 'null') return {}
  return { type: types.length === 1 ? only : types, ...within }
}

/** `number` for whole ones too: that one was whole says nothing of the next. */
function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
