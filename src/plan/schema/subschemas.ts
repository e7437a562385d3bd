import type { Path } from '../../config/document.ts'

export type Json = Readonly<Record<string, unknown>>

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keywords whose value is a schema; `items` and `dependencies` may be other things as well. */
const ONE = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]
const LIST = ['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']
const MAP = ['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties']
/** Keywords whose schemas judge the same value as the schema that they stand in. */
const IN_PLACE = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas', 'dependencies'])

export interface Subschema {
  readonly schema: unknown
  readonly keyword: string
  /** From the schema that it stands in. */
  readonly path: Path
  /** It judges the same value. */
  readonly inPlace: boolean
}

/**
 * The schemas directly below a schema. Nothing else in it is one, whatever it looks like: a property may be called `$ref`,
 * an example may have a `pattern`.
 */
export function subschemas(schema: Json): readonly Subschema[] {
  const found: Subschema[] = []
  const add = (keyword: string, value: unknown, path: Path): void => {
    if (isJson(value)) found.push({ schema: value, keyword, path, inPlace: IN_PLACE.has(keyword) })
  }
  for (const keyword of ONE) add(keyword, own(schema, keyword), [keyword])
  for (const keyword of LIST) {
    const list = own(schema, keyword)
    if (Array.isArray(list)) for (const [index, item] of list.entries()) add(keyword, item, [keyword, index])
  }
  for (const keyword of MAP) {
    const map = own(schema, keyword)
    if (isJson(map)) for (const name of Object.keys(map)) add(keyword, map[name], [keyword, name])
  }
  return found
}

/** What a schema says under a keyword itself: `constructor` in a user's map is no schema of everyone's. */
export function own(schema: Json, keyword: string): unknown {
  return Object.hasOwn(schema, keyword) ? schema[keyword] : undefined
}

/** Steps of a JSON pointer: `/a~1b/0` is `a/b`, `0`. */
export function pointerSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** A step as it stands in a JSON pointer. */
export function pointerStep(step: PropertyKey): string {
  return String(step).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** What a prepared schema's reference names: all of them start from the top. */
export function targetOf(root: Json, node: Json): Json | null {
  const reference = own(node, '$ref')
  if (typeof reference !== 'string') return null
  let target: unknown = root
  for (const step of pointerSteps(decodeURIComponent(reference.slice(1)))) {
    target =
      typeof target === 'object' && target !== null && Object.hasOwn(target, step) ? (target as Json)[step] : undefined
  }
  return isJson(target) ? target : null
}
