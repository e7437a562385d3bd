type Json = Readonly<Record<string, unknown>>

/** JSON types of which every value counts as filled. */
const ALWAYS_FILLED = new Set(['number', 'integer', 'boolean', 'object', 'array'])

/**
 * Whether a schema makes sure that a top-level property is filled in every body that it allows: required there, and of a
 * kind that is neither null nor `""`. What it says by reference or in combinations isn't looked into: false is always right.
 */
export function isGuaranteed(schema: Json, property: string): boolean {
  const { type, required, properties } = schema
  // Before draft 2019-09 nothing counts that stands beside a reference; and only of objects is anything required.
  if (schema['$ref'] !== undefined || type !== 'object' || !isList(required) || !isJson(properties)) return false
  if (!required.includes(property) || !Object.hasOwn(properties, property)) return false
  const said = properties[property]
  // OpenAPI's `nullable` adds null to the type.
  if (!isJson(said) || said['$ref'] !== undefined || said['nullable'] === true) return false
  const { enum: values, minLength } = said
  if (isList(values) && values.length > 0) return values.every((value) => value !== null && value !== '')
  const types = isList(said['type']) ? said['type'] : [said['type']]
  const longEnough = typeof minLength === 'number' && minLength >= 1
  return types.every((one) => ALWAYS_FILLED.has(String(one)) || (one === 'string' && longEnough))
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
