import type { z } from 'zod'
import type { Problem } from '../model/problem.ts'
import { type Document, type Path, problemAt } from './document.ts'
import { keysAt, valueAt } from './keys-at.ts'
import { didYouMean, nearest } from './nearest.ts'

/**
 * Checks a document against its schema: the value, or every problem with its place and what would be right; both, where all that is
 * wrong are keys too many, so that what else is wrong with the rest is told together with them. What was
 * written is never repeated but for short words where only some are allowed: it may be a secret in the wrong place.
 */
export function readValue<Value>(
  document: Document,
  schema: z.ZodType<Value>,
): { readonly value: Value | null; readonly problems: readonly Problem[] } {
  const result = schema.safeParse(document.value, { error: wording })
  if (result.success) return { value: result.data, problems: [] }
  const { issues } = result.error
  return {
    value: withoutUnknownKeys(document.value, schema, issues),
    problems: issues.flatMap((issue) => told(document, schema, issue)),
  }
}

/** The value without the keys that it shouldn't have; null where anything else is wrong with it. */
function withoutUnknownKeys<Value>(
  value: unknown,
  schema: z.ZodType<Value>,
  issues: readonly z.core.$ZodIssue[],
): Value | null {
  const rest = structuredClone(value)
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') return null
    const holder = valueAt(rest, issue.path)
    if (typeof holder !== 'object' || holder === null) return null
    for (const key of issue.keys) Reflect.deleteProperty(holder, key)
  }
  return schema.safeParse(rest).data ?? null
}

function told(document: Document, schema: z.ZodType, issue: z.core.$ZodIssue): Problem[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path, document.value)
    return issue.keys.map((key) => {
      const message = `unknown key "${key}"${path.length === 0 ? '' : ` in ${pathText(path)}`}: ${suggestion(key, known)}`
      return problemAt(document, [...path, key], message, 'error', true)
    })
  }
  const branch = issue.code === 'invalid_union' && issue.message === UNSAID ? likeliest(issue.errors) : null
  if (branch !== null) {
    return branch.flatMap((inner) => told(document, schema, { ...inner, path: [...path, ...inner.path] }))
  }
  if (issue.code === 'invalid_key') {
    const why = issue.issues[0]?.message ?? UNSAID
    return [problemAt(document, path, `the name ${pathText(path)} ${why}`, 'error', true)]
  }
  const given = valueAt(document.value, path)
  if (given === undefined && path.length > 0) {
    const what = issue.code === 'invalid_type' ? `it ${expected(issue.expected)}` : issue.message
    return [problemAt(document, path, `missing "${pathText(path.slice(-1))}"${inside(path.slice(0, -1))}: ${what}`)]
  }
  return [problemAt(document, path, `${path.length === 0 ? 'the document' : pathText(path)} ${issue.message}`)]
}

const UNSAID = 'is none of what it may be'

/** Our own words for what zod found: a predicate, to be put after the path. A schema's own `error` comes before these. */
function wording(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `is ${kindOf(issue.input)}: it ${expected(issue.expected)}`
    case 'invalid_value':
      return choice(issue.input, issue.values.map(String))
    case 'invalid_union': {
      const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
      if (options.length === 0) return UNSAID
      const input = issue.input as Record<string, unknown>
      return choice(input[String(issue.discriminator)], options)
    }
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}`
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`
    default:
      return issue.message ?? UNSAID
  }
}

function choice(given: unknown, values: readonly string[]): string {
  const one = values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`
  if (given === undefined) return one
  if (typeof given !== 'string' && typeof given !== 'number') return `is ${kindOf(given)}: it ${one}`
  const near = nearest(String(given), values)
  const shown = String(given).length > 40 ? 'none of them' : `"${given}"`
  return near === null ? `is ${shown}: it ${one}` : `is ${shown}: did you mean "${near}"?`
}

function suggestion(key: string, known: readonly string[]): string {
  return didYouMean(key, known, known.length === 0 ? 'leave it out' : `known here are ${known.join(', ')}`)
}

/** The alternative that was meant: not of another kind altogether, and with the fewest complaints. */
function likeliest(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | null {
  const fitting = branches.filter(
    (branch) => !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )
  return fitting.toSorted((a, b) => a.length - b.length)[0] ?? null
}

function expected(type: string): string {
  switch (type) {
    case 'string':
      return 'must be text (in quotes, where it looks like something else)'
    case 'array':
      return 'must be a list'
    case 'object':
    case 'record':
      return 'must be a map of keys'
    case 'int':
      return 'must be a whole number'
    case 'boolean':
      return 'must be true or false'
    default:
      return `must be a ${type}`
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return 'text'
  return typeof value === 'boolean' ? 'true or false' : `a ${typeof value}`
}

/** `slos[0].sli.kind` */
function pathText(path: Path): string {
  return path.reduce<string>(
    (before, step) =>
      typeof step === 'number' ? `${before}[${step}]` : before === '' ? String(step) : `${before}.${String(step)}`,
    '',
  )
}

function inside(path: Path): string {
  return path.length === 0 ? '' : ` in ${pathText(path)}`
}
