import type { Path } from '../../config/document.ts'
import { didYouMean, nearest } from '../../config/nearest.ts'
import type { Draft } from './draft.ts'
import { FORMATS } from './formats.ts'
import { KEYWORDS } from './keywords.ts'
import { compilePattern } from './pattern.ts'
import { localReference, type References, readReferences } from './references.ts'
import { isJson, type Json, own, subschemas } from './subschemas.ts'

/** What is wrong with a contract's schema beside what its meta-schema says. */
export interface SchemaProblem {
  readonly path: Path
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** It is about the key at the path, not its value. */
  readonly atKey: boolean
}

/** A user’s JSON Schema, made fit to be compiled. */
export interface PreparedSchema {
  /** The schema as it is compiled: references from its top only, no names, nothing that can't be matched in linear time. */
  readonly schema: Json
  readonly problems: readonly SchemaProblem[]
  /** What isn't checked and why, for the event's page. */
  readonly notes: readonly string[]
  /** A pattern for property names was left out, so that nobody can tell which properties it means. */
  readonly namesUnknown: boolean
}

const MOST_LEVELS = 60
const MOST_SCHEMAS = 50_000
/** Names and switches that mean something to a compiler only: left out of the prepared schema. */
const NAMES = ['$id', '$anchor', '$dynamicAnchor', '$recursiveAnchor', '$async', '$schema']

/** Readies a user's schema for compiling. References are followed here, so that no schema can meet another's names. */
export function prepareSchema(given: Json, draft: Draft): PreparedSchema {
  const problems: SchemaProblem[] = []
  const notes: string[] = []
  let namesUnknown = false
  const say = (severity: SchemaProblem['severity'], path: Path, message: string, atKey = false): void => {
    problems.push({ path, severity, message, atKey })
  }
  const size = sizeOf(given)
  if (size !== null) {
    say('error', [], size)
    return { schema: {}, problems, notes, namesUnknown }
  }
  const schema = structuredClone(given) as Record<string, unknown>
  const references = readReferences(schema, draft)

  // Following a reference may find schemas under keywords of the user's own: they are looked at as well.
  for (let index = 0; index < references.places.length; index++) {
    const place = references.places[index]
    if (place === undefined) break
    const node = place.schema as Record<string, unknown>
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const reference = own(node, keyword)
      if (typeof reference !== 'string') continue
      const target = references.follow(place, reference)
      if ('refused' in target) say('error', [...place.path, keyword], target.refused)
    }
    lookAtKeywords(node, place.path)
  }
  const endless = problems.length === 0 ? endlessReference(references) : null
  if (endless !== null) {
    const message = 'this reference leads back to itself without a step into the data: it can never be decided'
    say('error', endless, message)
  }
  if (!problems.some(({ severity }) => severity === 'error')) simplify(references)
  return { schema, problems, notes, namesUnknown }

  function lookAtKeywords(node: Record<string, unknown>, path: Path): void {
    for (const key of Object.keys(node)) {
      if (KEYWORDS.includes(key) || key.startsWith('x-') || key.length < 4) continue
      const near = nearest(key, KEYWORDS)
      if (near !== null) {
        const message = `JSON Schema has no keyword "${key}", so that it says nothing: did you mean "${near}"?`
        say('warning', [...path, key], message, true)
      }
    }
    if (Array.isArray(own(node, 'enum')) && (node['enum'] as unknown[]).length === 0) {
      say('error', [...path, 'enum'], 'an empty list allows no value at all: name some, or leave it out')
    }
    const format = own(node, 'format')
    if (typeof format === 'string' && !FORMATS.includes(format)) {
      const hint = didYouMean(format, FORMATS, `known are ${FORMATS.join(', ')}`)
      note([...path, 'format'], `the format ${shown(format)} is not known and so not checked: ${hint}`)
    }
    const pattern = own(node, 'pattern')
    if (typeof pattern === 'string' && refused(pattern, [...path, 'pattern'], 'it is not checked')) {
      delete node['pattern']
    }
    const named = own(node, 'patternProperties')
    if (!isJson(named)) return
    const left = Object.keys(named).filter((source) =>
      refused(
        source,
        [...path, 'patternProperties', source],
        'neither the properties it means nor additionalProperties beside it are checked',
      ),
    )
    if (left.length === 0) return
    namesUnknown = true
    node['patternProperties'] = Object.fromEntries(Object.entries(named).filter(([source]) => !left.includes(source)))
    delete node['additionalProperties']
    delete node['unevaluatedProperties']
  }

  function refused(source: string, path: Path, consequence: string): boolean {
    const pattern = compilePattern(source)
    if ('test' in pattern) return false
    note(path, `the pattern ${shown(source)} can't be matched in linear time (${pattern.refused}): ${consequence}`)
    return true
  }

  /** Something that isn't checked. */
  function note(path: Path, message: string): void {
    notes.push(message)
    say('warning', path, message)
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** Every reference from the document's top, and no names: what is left can be compiled beside any other schema. */
function simplify(references: References): void {
  for (const place of references.places) {
    const node = place.schema as Record<string, unknown>
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const reference = own(node, keyword)
      if (typeof reference !== 'string') continue
      const target = references.follow(place, reference)
      delete node[keyword]
      if ('refused' in target) continue
      const local = localReference(target.place.path)
      if (node['$ref'] === undefined) node['$ref'] = local
      else node['allOf'] = [...(Array.isArray(node['allOf']) ? node['allOf'] : []), { $ref: local }]
    }
  }
  for (const { schema } of references.places) {
    const node = schema as Record<string, unknown>
    for (const name of NAMES) delete node[name]
    if (typeof node['id'] === 'string') delete node['id']
    // OpenAPI's keyword beside no type says what JSON Schema says anyway.
    if (node['type'] === undefined) delete node['nullable']
  }
}

/** The path of a reference from which the same value would be judged by the same schema again, for ever; or null. */
function endlessReference({ places, placeOf, follow }: References): Path | null {
  const state = new Map<Json, 'open' | 'done'>()
  for (const start of places) {
    if (state.has(start.schema)) continue
    const stack: { schema: Json; next: { schema: Json; path: Path }[] }[] = [step(start.schema)]
    while (stack.length > 0) {
      const top = stack.at(-1)
      const next = top?.next.pop()
      if (top === undefined || next === undefined) {
        if (top !== undefined) state.set(top.schema, 'done')
        stack.pop()
      } else if (state.get(next.schema) === 'open') return next.path
      else if (!state.has(next.schema)) stack.push(step(next.schema))
    }
  }
  return null

  function step(schema: Json): { schema: Json; next: { schema: Json; path: Path }[] } {
    state.set(schema, 'open')
    const place = placeOf(schema)
    const next = subschemas(schema).flatMap((below) =>
      below.inPlace ? [{ schema: below.schema as Json, path: [...(place?.path ?? []), ...below.path] }] : [],
    )
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const reference = own(schema, keyword)
      if (typeof reference !== 'string' || place === undefined) continue
      const target = follow(place, reference)
      if ('place' in target) next.push({ schema: target.place.schema, path: [...place.path, keyword] })
    }
    return { schema, next }
  }
}

/** Why a schema is too large or too deep to be meant, or null. */
function sizeOf(schema: Json): string | null {
  let nodes = 0
  const waiting: [node: unknown, level: number][] = [[schema, 0]]
  while (waiting.length > 0) {
    const [node, level] = waiting.pop() ?? [null, 0]
    if (typeof node !== 'object' || node === null) continue
    nodes += 1
    if (level > MOST_LEVELS) return `the schema is nested deeper than ${MOST_LEVELS} levels`
    if (nodes > MOST_SCHEMAS) return `the schema has more than ${MOST_SCHEMAS} parts`
    for (const value of Object.values(node)) waiting.push([value, level + 1])
  }
  return null
}
