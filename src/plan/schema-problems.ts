import type { Path } from '../config/document.ts'
import { compilePattern } from './pattern.ts'

type Json = Readonly<Record<string, unknown>>

/** What is wrong with a contract's schema beside what its meta-schema says. */
export interface SchemaProblem {
  readonly path: Path
  readonly severity: 'error' | 'warning'
  readonly message: string
}

const MOST_LEVELS = 60
const MOST_NODES = 50_000
/** Keywords that hold no schemas, but data that may look like some. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'required', 'dependentRequired', 'description', 'title', '$comment'])
/** Keywords whose schemas judge the same value: a `$ref` that comes back to itself through these alone never ends. */
const IN_PLACE = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'])

/** References that leave the schema or never end, patterns that RE2 can't take, and what is too large to be meant. */
export function schemaProblems(schema: Json): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = []
  let nodes = 0

  function walk(node: unknown, path: Path): void {
    nodes += 1
    if (nodes > MOST_NODES || path.length > MOST_LEVELS) return
    if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) walk(item, [...path, index])
      return
    }
    if (!isJson(node)) return
    lookAtReference(node, path)
    lookAtPatterns(node, path)
    for (const [key, value] of Object.entries(node)) if (!DATA.has(key)) walk(value, [...path, key])
  }

  function lookAtReference(node: Json, path: Path): void {
    const ref = node['$ref']
    if (typeof ref !== 'string') return
    if (!ref.startsWith('#')) {
      problems.push({ path: [...path, '$ref'], severity: 'error', message: `the reference "${ref}" leaves this schema: write what it names under $defs and refer to "#/$defs/…"` })
    } else if (/^#(\/.*)?$/.test(ref) && resolve(schema, ref) === undefined) {
      problems.push({ path: [...path, '$ref'], severity: 'error', message: `the reference "${ref}" names nothing in this schema` })
    } else if (endsNever(schema, node)) {
      problems.push({ path: [...path, '$ref'], severity: 'error', message: `the reference "${ref}" leads back to itself without taking a step into the data: it can never be decided` })
    }
  }

  function lookAtPatterns(node: Json, path: Path): void {
    const pattern = node['pattern']
    const named = isJson(node['patternProperties']) ? Object.keys(node['patternProperties']) : []
    for (const [source, at] of [...(typeof pattern === 'string' ? [[pattern, 'pattern'] as const] : []), ...named.map((key) => [key, 'patternProperties'] as const)]) {
      const compiled = compilePattern(source)
      if ('refused' in compiled) {
        problems.push({ path: [...path, at], severity: 'warning', message: `the pattern ${JSON.stringify(source.slice(0, 80))} can't be matched in linear time (${compiled.refused}): it isn't checked` })
      }
    }
  }

  walk(schema, [])
  if (nodes > MOST_NODES) problems.push({ path: [], severity: 'error', message: `the schema has more than ${MOST_NODES} parts` })
  return problems
}

/** Whether deciding `start` on a value leads to deciding it again on the same value. */
function endsNever(root: Json, start: Json): boolean {
  const seen = new Set<unknown>()
  const waiting: unknown[] = [start]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (!isJson(node)) continue
    const next: unknown[] = []
    if (typeof node['$ref'] === 'string') next.push(resolve(root, node['$ref']))
    for (const key of IN_PLACE) {
      const value = node[key]
      if (Array.isArray(value)) next.push(...value)
      else if (key === 'dependentSchemas' && isJson(value)) next.push(...Object.values(value))
      else if (value !== undefined) next.push(value)
    }
    for (const one of next) {
      if (one === start) return true
      if (seen.has(one)) continue
      seen.add(one)
      waiting.push(one)
    }
  }
  return false
}

/** What a reference within the schema names; undefined: nothing that can be told without its anchors. */
function resolve(root: Json, ref: string): unknown {
  if (!ref.startsWith('#')) return undefined
  let node: unknown = root
  for (const step of ref.slice(1).split('/').slice(1)) {
    if (typeof node !== 'object' || node === null) return undefined
    node = (node as Record<string, unknown>)[decode(step).replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return node
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
