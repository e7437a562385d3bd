import type { z } from 'zod'
import type { Path } from './document.ts'

/** The keys that a schema allows at a path of a value: what a wrong key is compared with. */
export function keysAt(schema: z.ZodType, path: Path, value: unknown): string[] {
  let schemas = branches(schema, value)
  let at = value
  for (const step of path) {
    at = valueAt(at, [step])
    schemas = schemas.flatMap((one) => below(one, step)).flatMap((one) => branches(one, at))
  }
  return [...new Set(schemas.flatMap((one) => Object.keys(shapeOf(one) ?? {})))]
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  let found: unknown = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
    found = (found as Record<PropertyKey, unknown>)[step]
  }
  return found
}

function below(schema: unknown, step: PropertyKey): unknown[] {
  const definition = definitionOf(schema)
  if (definition['type'] === 'array') return [definition['element']]
  if (definition['type'] === 'record') return [definition['valueType']]
  const found = shapeOf(schema)?.[String(step)]
  return found === undefined ? [] : [found]
}

/** The plain schemas within defaults, options, transforms; of a tagged union, the one that the value's tag names. */
function branches(schema: unknown, value: unknown): unknown[] {
  const definition = definitionOf(schema)
  const inner = definition['type'] === 'pipe' ? definition['in'] : definition['innerType']
  if (inner !== undefined) return branches(inner, value)
  const options = definition['options']
  if (!Array.isArray(options)) return [schema]
  const tag = definition['discriminator']
  const tagged =
    typeof tag === 'string' ? options.filter((option) => accepts(shapeOf(option)?.[tag], valueAt(value, [tag]))) : []
  return (tagged.length > 0 ? tagged : options).flatMap((option) => branches(option, value))
}

function accepts(schema: unknown, value: unknown): boolean {
  const values = definitionOf(schema)['values']
  return Array.isArray(values) && values.includes(value)
}

function definitionOf(schema: unknown): Record<string, unknown> {
  const internals = (schema as { readonly _zod?: { readonly def?: Record<string, unknown> } } | undefined)?._zod
  return internals?.def ?? {}
}

function shapeOf(schema: unknown): Record<string, unknown> | null {
  const shape = definitionOf(schema)['shape']
  return typeof shape === 'object' && shape !== null ? (shape as Record<string, unknown>) : null
}
