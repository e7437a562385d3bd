import { Document } from 'yaml'
import { isObject } from '../observe/decode/text.ts'
import { slug } from './slug.ts'

type Schema = Record<string, unknown>

const MOST_PROPERTIES = 60

/** Where a contract for this event is to be saved, below the project's folder. */
export function stubPath(event: string, domain = '<domain>', rules = 'rules'): string {
  return `${rules}/domains/${domain}/events/${slug(event)}.yaml`
}

/**
 * A contract for an event that has none, inferred from bodies of it and ready to be saved: types as seen, required what
 * was filled in all of them, nothing about values. It lints clean as it is.
 */
export function contractStub(event: string, bodies: readonly unknown[], path = stubPath(event)): string {
  const document = new Document({
    event,
    description: 'What it means when this arrives, and who sends it.',
    status: 'active',
    versions: [
      {
        version: 1,
        schema: { type: 'object', ...objectSchema(bodies.filter(isObject), 1), additionalProperties: true },
      },
    ],
  })
  document.commentBefore = ` Save as ${path}`
  return document.toString({ lineWidth: 120 })
}

/** The properties of some objects; nested ones one level deep. */
function objectSchema(objects: readonly Readonly<Record<string, unknown>>[], level: number): Schema {
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))].slice(0, MOST_PROPERTIES)
  const properties = names.map((name): [string, Schema] => [
    name,
    valueSchema(
      objects.flatMap((object) => (Object.hasOwn(object, name) ? [object[name]] : [])),
      level,
    ),
  ])
  const required = names.filter((name) =>
    objects.every((object) => Object.hasOwn(object, name) && object[name] !== null && object[name] !== ''),
  )
  return { ...(required.length > 0 ? { required } : {}), properties: Object.fromEntries(properties) }
}

function valueSchema(values: readonly unknown[], level: number): Schema {
  const types = [...new Set(values.map(typeOf))]
  // A number that happens to be whole says nothing of the next one.
  const only = types.length === 1 ? types[0] : types.sort()
  if (only === 'object' && level > 0) {
    const { properties } = objectSchema(values.filter(isObject), level - 1)
    return { type: 'object', properties }
  }
  return { type: only }
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
