import type { Ajv } from 'ajv'
import { isJson, type Json, subschemas, targetOf } from './subschemas.ts'

/** Not a user's keyword: it stands where a reference leads back to a schema that is being asked already. */
const KEYWORD = 'x-assay-recursion'

/** What is thrown when a body would be asked about too often. */
export class TooManySteps extends Error {}

/** How often recursive schemas may still be asked about the body under way, and what may be added to that. */
let left = 0
let more: (() => number) | null = null

/** A copy of a prepared schema in which each recursion is counted; itself where it doesn't recur. */
export function countingRecursion(schema: Json): Json {
  const copy = structuredClone(schema)
  const targets = new Set<Json>()
  for (const node of reachable(copy, copy)) {
    const target = targetOf(copy, node)
    if (target !== null) targets.add(target)
  }
  const recursive = [...targets].filter((target) =>
    [...reachable(copy, target)].some((node) => targetOf(copy, node) === target),
  )
  for (const target of recursive) (target as Record<string, unknown>)[KEYWORD] = true
  return recursive.length === 0 ? schema : copy
}

/** The schemas in and below one, through references too. */
function reachable(root: Json, from: Json): ReadonlySet<Json> {
  const found = new Set<Json>([from])
  for (const schema of found) {
    const target = targetOf(root, schema)
    if (target !== null) found.add(target)
    for (const below of subschemas(schema)) if (isJson(below.schema)) found.add(below.schema)
  }
  return found
}

export function useRecursionCount(ajv: Ajv): void {
  ajv.addKeyword({
    keyword: KEYWORD,
    // Before any keyword that goes deeper.
    before: '$ref',
    schemaType: 'boolean',
    errors: false,
    validate: () => {
      left -= 1
      if (left < 0 && more !== null) {
        left += more()
        more = null
      }
      if (left < 0) throw new TooManySteps()
      return true
    },
  })
}

/**
 * Allows the next validation so many recursions, and `added()` once more where those don't do; past them it throws
 * `TooManySteps`. Alternatives that each recur take time and memory exponential in a body's levels: ten levels of four
 * alternatives were 17 s and 3 GB.
 */
export function allowSteps(steps: number, added: (() => number) | null): void {
  left = steps
  more = added
}
