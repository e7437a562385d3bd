import type { Located } from '../config/project.ts'
import type { ContractConfig } from '../config/schema.ts'
import type { Problem } from '../model/problem.ts'
import semver from 'semver'
import { inRange } from './match.ts'
import { compilePattern } from './pattern.ts'
import type { ContractVersion, ImportantProperty } from './plan.ts'
import { isJson, schemaProblems } from './schema-problems.ts'
import { compileProblem, createValidator, draftOf, metaProblems } from './validator.ts'

type Json = Readonly<Record<string, unknown>>

/** The versions of an event's contract, ascending; what isn't checked, in words; and what is wrong with it. */
export function compileVersions(contract: Located<ContractConfig>): {
  versions: readonly ContractVersion[]
  notes: readonly string[]
  problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const notes: string[] = []
  const numbers = new Set<number>()
  const versions: ContractVersion[] = []
  contract.value.versions.forEach(({ version, applies_from, schema }, index) => {
    const path = ['versions', index]
    if (numbers.has(version)) problems.push(contract.problem([...path, 'version'], `version ${version} stands twice: give each its own number`))
    numbers.add(version)
    const range = applies_from?.app_version ?? null
    if (range !== null && semver.validRange(range) === null) {
      problems.push(contract.problem([...path, 'applies_from', 'app_version'], `"${range}" is no range of versions: write for example ">=4.2.0"`))
      return
    }
    const draft = draftOf(schema)
    if (draft === null) {
      problems.push(contract.problem([...path, 'schema', '$schema'], 'this dialect of JSON Schema is not known: use 2020-12 or draft-07'))
      return
    }
    const found = [
      ...metaProblems(schema, draft).map(({ pointer, message }) => ({ path: stepsOf(pointer), severity: 'error' as const, message: `not valid JSON Schema: ${message}` })),
      ...schemaProblems(schema),
    ]
    for (const { path: at, severity, message } of found) {
      problems.push(contract.problem([...path, 'schema', ...at], message, severity))
      if (severity === 'warning') notes.push(`version ${version}: ${message}`)
    }
    if (found.some(({ severity }) => severity === 'error')) return
    const unsound = /"\$(?:ref|dynamicRef|recursiveRef|id|anchor)"/.test(JSON.stringify(schema)) ? compileProblem(schema, draft) : null
    if (unsound !== null) {
      problems.push(contract.problem([...path, 'schema'], `the schema can't be compiled: ${unsound}`))
      return
    }
    const important = contract.value.important.map((one): ImportantProperty => (typeof one === 'string' ? { property: one, fill: null } : one))
    versions.push({
      version,
      appliesFrom: range,
      applies: (appVersion) => range === null || (appVersion !== null && inRange(appVersion, range)),
      watched: watchedOf(schema, important),
      goals: important.filter(({ fill }) => fill !== null),
      known: new Set(isJson(schema['properties']) ? Object.keys(schema['properties']) : []),
      covers: coverOf(schema),
      pii: piiOf(schema),
      schema,
      violations: createValidator(schema, draft),
    })
  })
  return { versions: versions.sort((a, b) => a.version - b.version), notes, problems }
}

/** What completeness watches: top-level `required`, and important properties without a goal of their own. */
function watchedOf(schema: Json, important: readonly ImportantProperty[]): string[] {
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : []
  const always = important.flatMap(({ property, fill }) => (fill === null ? [property] : []))
  const goals = new Set(important.flatMap(({ property, fill }) => (fill === null ? [] : [property])))
  return [...new Set([...required, ...always])].filter((property) => !goals.has(property)).sort()
}

/** Whether a property that `properties` doesn't name is planned all the same: by a pattern, or by schemas put together. */
function coverOf(schema: Json): (property: string) => boolean {
  const patterns = isJson(schema['patternProperties']) ? Object.keys(schema['patternProperties']) : []
  const tests = patterns.flatMap((source) => {
    const pattern = compilePattern(source)
    return 'test' in pattern ? [pattern.test] : []
  })
  const composed = composedProperties(schema)
  const open = isJson(schema['additionalProperties'])
  if (tests.length === 0 && composed.size === 0 && !open) return () => false
  return (property) => open || composed.has(property) || tests.some((test) => test(property))
}

/** Properties named in schemas that apply to the same object: `allOf`, `anyOf`, `oneOf`, `if` and what a `$ref` at the top names. */
function composedProperties(schema: Json): ReadonlySet<string> {
  const names = new Set<string>()
  const seen = new Set<unknown>()
  const waiting: unknown[] = [schema]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (!isJson(node) || seen.has(node)) continue
    seen.add(node)
    if (node !== schema && isJson(node['properties'])) for (const name of Object.keys(node['properties'])) names.add(name)
    for (const key of ['allOf', 'anyOf', 'oneOf']) if (Array.isArray(node[key])) waiting.push(...node[key])
    for (const key of ['if', 'then', 'else']) waiting.push(node[key])
    const ref = node['$ref']
    if (typeof ref === 'string' && ref.startsWith('#/')) {
      waiting.push(stepsOf(ref.slice(1)).reduce<unknown>((at, step) => (isJson(at) ? at[step] : undefined), schema))
    }
  }
  return names
}

/** Properties classified `x-pii`, by JSON pointer into the body; `*` for any element of an array. */
function piiOf(schema: Json): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  function walk(node: unknown, pointer: string, level: number): void {
    if (!isJson(node) || level > 30) return
    const kind = node['x-pii']
    if (kind !== undefined && kind !== false && kind !== null) found.set(pointer, kind === true ? 'private' : String(kind))
    if (isJson(node['properties'])) {
      for (const [name, below] of Object.entries(node['properties'])) walk(below, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, level + 1)
    }
    walk(node['items'], `${pointer}/*`, level + 1)
    for (const key of ['allOf', 'anyOf', 'oneOf']) {
      if (Array.isArray(node[key])) for (const one of node[key]) walk(one, pointer, level + 1)
    }
  }
  walk(schema, '', 0)
  return found
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}
