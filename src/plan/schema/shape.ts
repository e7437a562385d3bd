import { compilePattern } from './pattern.ts'
import { isJson, type Json, own, pointerStep, pointerSteps, subschemas } from './subschemas.ts'

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

const MOST_CLASSIFIED = 1_000
const MOST_LEVELS = 20
/** Steps that a schema takes for items and properties that it doesn't name. */
const ANY = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'items',
  'patternProperties',
  'prefixItems',
  'unevaluatedItems',
  'unevaluatedProperties',
])

/** Properties classified `x-pii`, by JSON pointer into the body; `*` is any item of a list and any property of a map. */
export function classified(schema: Json): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  function visit(node: Json, pointer: string, level: number, above: readonly Json[]): void {
    if (level > MOST_LEVELS || found.size >= MOST_CLASSIFIED || above.includes(node)) return
    const kind = own(node, 'x-pii')
    if (typeof kind === 'string' && kind !== '') found.set(pointer, kind)
    else if (kind === true) found.set(pointer, 'private')
    const target = targetOf(schema, node)
    if (target !== null) visit(target, pointer, level, [...above, node])
    for (const { schema: below, keyword, path, inPlace } of subschemas(node)) {
      if (!isJson(below) || keyword === 'not' || keyword === 'propertyNames') continue
      if (keyword === 'properties') visit(below, `${pointer}/${pointerStep(path[1] ?? '')}`, level + 1, [])
      else if (ANY.has(keyword)) visit(below, `${pointer}/*`, level + 1, [])
      else if (inPlace) visit(below, pointer, level, [...above, node])
    }
  }
  visit(schema, '', 0, [])
  return found
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

/** What a prepared schema's reference names: all of them start from the top. */
function targetOf(root: Json, node: Json): Json | null {
  const reference = own(node, '$ref')
  if (typeof reference !== 'string') return null
  let target: unknown = root
  for (const step of pointerSteps(decodeURIComponent(reference.slice(1)))) {
    target =
      typeof target === 'object' && target !== null && Object.hasOwn(target, step) ? (target as Json)[step] : undefined
  }
  return isJson(target) ? target : null
}

function saysMore(value: unknown): boolean {
  return isJson(value) && Object.keys(value).length > 0
}

function namesIn(properties: unknown): string[] {
  return isJson(properties) ? Object.keys(properties) : []
}
