import { compilePattern } from './pattern.ts'
import { isJson, type Json, own, subschemas, targetOf } from './subschemas.ts'

/** What a prepared schema says of the top level of a body. */
export interface Shape {
  /** Required whatever the rest of the body. Sorted. */
  readonly required: readonly string[]
  /** Properties that it names. */
  readonly known: ReadonlySet<string>
  /** Whether it plans for a property that it doesn't name: by a pattern, or as one entry of a map. */
  readonly covers: (property: string) => boolean
}

export function shapeOf(schema: Json, namesUnknown: boolean): Shape {
  const always = reached(schema, ['allOf'])
  const ever = reached(schema, ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas', 'dependencies'])
  const required = always.flatMap((one) => {
    const names = own(one, 'required')
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
  })
  const patterns = ever.flatMap((one) => {
    const named = own(one, 'patternProperties')
    return isJson(named) ? Object.keys(named).map(compilePattern) : []
  })
  const tests = patterns.flatMap((pattern) => ('test' in pattern ? [pattern.test] : []))
  // `additionalProperties: true` allows what it doesn't know; a schema there means a map of such values.
  const isMap = ever.some((one) =>
    ['additionalProperties', 'unevaluatedProperties'].some((keyword) => saysMore(own(one, keyword))),
  )
  const all = isMap || namesUnknown
  return {
    required: [...new Set(required)].sort(),
    known: new Set(ever.flatMap((one) => namesIn(own(one, 'properties')))),
    covers: all ? () => true : tests.length === 0 ? () => false : (property) => tests.some((test) => test(property)),
  }
}

/** The schemas that judge the same value: by reference, and through these keywords. */
function reached(schema: Json, keywords: readonly string[]): readonly Json[] {
  const found = new Set<Json>()
  const waiting: Json[] = [schema]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (found.has(node)) continue
    found.add(node)
    const target = targetOf(schema, node)
    if (target !== null) waiting.push(target)
    for (const below of subschemas(node)) {
      if (below.inPlace && keywords.includes(below.keyword) && isJson(below.schema)) waiting.push(below.schema)
    }
  }
  return [...found]
}

function saysMore(value: unknown): boolean {
  return isJson(value) && Object.keys(value).length > 0
}

function namesIn(properties: unknown): string[] {
  return isJson(properties) ? Object.keys(properties) : []
}
