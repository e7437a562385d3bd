import type { z } from 'zod'
import type { Problem } from '../model/problem.ts'
import { type Document, type Path, problemAt } from './document.ts'
import { nearest } from './nearest.ts'

/** Checks a document against its schema: the value, or every problem with its place and what would be right. */
export function readDocument<Value>(
  document: Document,
  schema: z.ZodType<Value>,
): { value: Value; problems: readonly Problem[] } | { value: null; problems: readonly Problem[] } {
  if (document.value === null || document.value === undefined) {
    return {
      value: null,
      problems: [problemAt(document, [], 'the file says nothing: it is empty, or all of it is commented out')],
    }
  }
  const result = schema.safeParse(document.value)
  if (result.success) return { value: result.data, problems: [] }
  const problems = result.error.issues.flatMap((issue) => issueProblems(document, issue, [], schema))
  return { value: null, problems }
}

function issueProblems(document: Document, issue: z.core.$ZodIssue, above: Path, schema: z.ZodType): Problem[] {
  const path = [...above, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = keysAt(schema, path)
        const near = nearest(key, known)
        const hint =
          near === null
            ? known.length > 0
              ? `known here: ${known.join(', ')}`
              : 'remove it'
            : `did you mean "${near}"?`
        return problemAt(document, [...path, key], `unknown key "${key}"${place(path)}: ${hint}`, 'error', true)
      })
    case 'invalid_union': {
      const best = bestBranch(issue.errors, valueAt(document.value, path))
      if (best === null)
        return [problemAt(document, path, `${subject(path)} ${discriminatorMessage(document, path, issue)}`)]
      return best.flatMap((inner) => issueProblems(document, inner, path, schema))
    }
    case 'invalid_value': {
      const given = valueAt(document.value, path)
      const values = issue.values.map(String)
      const near = typeof given === 'string' ? nearest(given, values) : null
      const said =
        given === undefined
          ? `is missing: one of ${values.join(', ')}`
          : `is ${shown(given)}: ${near === null ? `one of ${values.join(', ')}` : `did you mean "${near}"?`}`
      return [problemAt(document, path, `${subject(path)} ${said}`)]
    }
    case 'invalid_type': {
      const given = valueAt(document.value, path)
      if (given === undefined)
        return [problemAt(document, path, `${subject(path)} is missing: it must be ${article(issue.expected)}`)]
      return [problemAt(document, path, `${subject(path)} is ${shown(given)}: it must be ${article(issue.expected)}`)]
    }
    default:
      return [
        problemAt(
          document,
          path,
          `${subject(path)} is ${shown(valueAt(document.value, path))}: ${lowered(issue.message)}`,
        ),
      ]
  }
}

/** The alternative of a union that comes nearest: the one whose problems lie deepest, and then the one with the fewest. */
function bestBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  given: unknown,
): readonly z.core.$ZodIssue[] | null {
  let best: readonly z.core.$ZodIssue[] | null = null
  let score = Number.NEGATIVE_INFINITY
  for (const branch of branches) {
    const wrongType = branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0)
    const missing = branch.filter(
      (issue) => issue.code === 'invalid_type' && issue.path.length === 1 && valueAt(given, issue.path) === undefined,
    ).length
    const points = (wrongType ? -1_000 : 0) - missing * 10 - branch.length
    if (points > score) {
      best = branch
      score = points
    }
  }
  return best
}

function discriminatorMessage(document: Document, path: Path, issue: z.core.$ZodIssueInvalidUnion): string {
  const given = valueAt(document.value, path)
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
  if (given === undefined) return `is missing${options.length > 0 ? `: one of ${options.join(', ')}` : ''}`
  const near = typeof given === 'string' ? nearest(given, options) : null
  if (near !== null) return `is ${shown(given)}: did you mean "${near}"?`
  return `is ${shown(given)}, which this version doesn't know${options.length > 0 ? `: one of ${options.join(', ')}` : ''}`
}

/** The keys an object may have at a path of a schema: what a wrong key is compared with. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let current: readonly unknown[] = [schema]
  for (const step of path) current = current.flatMap((one) => below(one, step))
  const keys = current.flatMap((one) => unwrapped(one)).flatMap((one) => Object.keys(shapeOf(one) ?? {}))
  return [...new Set(keys)]
}

function below(schema: unknown, step: PropertyKey): unknown[] {
  return unwrapped(schema).flatMap((one) => {
    const definition = definitionOf(one)
    if (definition['type'] === 'array') return [definition['element']]
    const shape = shapeOf(one)
    const found = shape?.[String(step)]
    return found === undefined ? [] : [found]
  })
}

function unwrapped(schema: unknown): unknown[] {
  const definition = definitionOf(schema)
  const inner = definition['innerType'] ?? (definition['type'] === 'pipe' ? definition['in'] : undefined)
  if (inner !== undefined) return unwrapped(inner)
  const options = definition['options']
  return Array.isArray(options) ? options.flatMap(unwrapped) : [schema]
}

function definitionOf(schema: unknown): Record<string, unknown> {
  const internals = (schema as { _zod?: { def?: Record<string, unknown> } } | undefined)?._zod
  return internals?.def ?? {}
}

function shapeOf(schema: unknown): Record<string, unknown> | null {
  const shape = definitionOf(schema)['shape']
  return typeof shape === 'object' && shape !== null ? (shape as Record<string, unknown>) : null
}

export function valueAt(value: unknown, path: Path): unknown {
  let found: unknown = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<PropertyKey, unknown>)[step]
  }
  return found
}

/** `slos[0].sli.kind` */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    '',
  )
}

function subject(path: Path): string {
  return path.length === 0 ? 'the file' : pathText(path)
}

function place(path: Path): string {
  return path.length === 0 ? '' : ` in ${pathText(path)}`
}

function shown(value: unknown): string {
  const text =
    typeof value === 'string'
      ? `"${value}"`
      : Array.isArray(value)
        ? 'a list'
        : typeof value === 'object' && value !== null
          ? 'a map'
          : String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function article(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text'
    case 'array':
      return 'a list'
    case 'object':
    case 'record':
      return 'a map of keys'
    case 'int':
      return 'a whole number'
    default:
      return `a ${expected}`
  }
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
