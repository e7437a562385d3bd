import { isJson, type Json, own, pointerStep, subschemas, targetOf } from './subschemas.ts'

/** Places told apart. Redaction shows eight levels of a payload, so that what lies deeper than these reach is hardly ever seen. */
const MOST_PLACES = 2_000
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
/** What they say is of no value that is sent, or of names alone. */
const NOT_OF_VALUES = new Set(['not', 'propertyNames'])

/** A place in the body, and every schema that judges what stands there. */
interface Place {
  readonly pointer: string
  readonly schemas: readonly Json[]
}

/**
 * Properties classified `x-pii`, by JSON pointer into the body; `*` is any item of a list and any property of a map. A schema
 * that recurses has endlessly many: the nearest come first, and where no more are told apart, all that lies below is private.
 */
export function classified(schema: Json): ReadonlyMap<string, string> {
  const leads = leadsToClass(schema)
  const found = new Map<string, string>()
  const waiting: Place[] = [{ pointer: '', schemas: [schema] }]
  for (let index = 0; index < waiting.length; index++) {
    const { pointer, schemas } = waiting[index] ?? { pointer: '', schemas: [] }
    const here = judging(schema, schemas)
    const kind = here.map(kindOf).find((one) => one !== null)
    if (kind !== undefined && kind !== null) found.set(pointer, kind)
    const below = stepsOf(here, leads)
    if (below.size > 0 && waiting.length >= MOST_PLACES) found.set(pointer, kind ?? 'private')
    else for (const [step, next] of below) waiting.push({ pointer: `${pointer}/${step}`, schemas: next })
  }
  return found
}

function kindOf(schema: Json): string | null {
  const said = own(schema, 'x-pii')
  if (said === true) return 'private'
  return typeof said === 'string' && said !== '' ? said : null
}

/** These schemas and those that judge the same value through them. */
function judging(root: Json, schemas: readonly Json[]): readonly Json[] {
  const all = new Set(schemas)
  for (const schema of all) {
    const target = targetOf(root, schema)
    if (target !== null) all.add(target)
    for (const { schema: below, keyword, inPlace } of subschemas(schema)) {
      if (inPlace && !NOT_OF_VALUES.has(keyword) && isJson(below)) all.add(below)
    }
  }
  return [...all]
}

/** One step into the value: by step the schemas there, where anything is classified there or below. */
function stepsOf(schemas: readonly Json[], leads: ReadonlySet<Json>): ReadonlyMap<string, readonly Json[]> {
  const steps = new Map<string, Json[]>()
  for (const schema of schemas) {
    for (const { schema: below, keyword, path } of subschemas(schema)) {
      const step = keyword === 'properties' ? pointerStep(path[1] ?? '') : ANY.has(keyword) ? '*' : null
      if (step === null || !isJson(below) || !leads.has(below)) continue
      const known = steps.get(step)
      if (known === undefined) steps.set(step, [below])
      else known.push(below)
    }
  }
  return steps
}

/** The schemas that are classified, or that lead to one that is. */
function leadsToClass(root: Json): ReadonlySet<Json> {
  const above = new Map<Json, Json[]>()
  const all = new Set([root])
  for (const schema of all) {
    const target = targetOf(root, schema)
    const below = subschemas(schema).flatMap(({ schema: one, keyword }) =>
      isJson(one) && !NOT_OF_VALUES.has(keyword) ? [one] : [],
    )
    for (const next of target === null ? below : [target, ...below]) {
      const known = above.get(next)
      if (known === undefined) above.set(next, [schema])
      else known.push(schema)
      all.add(next)
    }
  }
  const leading = new Set([...all].filter((schema) => kindOf(schema) !== null))
  for (const schema of leading) for (const one of above.get(schema) ?? []) leading.add(one)
  return leading
}
