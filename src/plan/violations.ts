import type { ErrorObject } from 'ajv'
import type { Violation } from '../model/observation.ts'

/** Violations named for one record. */
const MOST = 20

/** Keywords that only say that something inside them failed. */
const SUMMARIES = new Set(['if', 'allOf'])

/** Ajv's errors as violations: by path and keyword, each once, without the values. */
export function violationsOf(errors: readonly ErrorObject[], body: unknown): readonly Violation[] {
  const found = new Map<string, Violation>()
  for (const error of errors) {
    if (SUMMARIES.has(error.keyword)) continue
    const violation = violationOf(error, body)
    const key = `${violation.path}\n${violation.keyword}`
    if (!found.has(key)) found.set(key, violation)
  }
  return [...found.values()]
    .sort((a, b) => (a.path === b.path ? compare(a.keyword, b.keyword) : compare(a.path, b.path)))
    .slice(0, MOST)
}

function violationOf(error: ErrorObject, body: unknown): Violation {
  const params = error.params as Record<string, unknown>
  const below = (property: unknown): string => `${error.instancePath}/${escaped(String(property))}`
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
      return { path: below(params['missingProperty']), keyword: error.keyword, message: 'missing' }
    case 'additionalProperties':
      return { path: below(params['additionalProperty']), keyword: error.keyword, message: 'not in the contract' }
    case 'unevaluatedProperties':
      return { path: below(params['unevaluatedProperty']), keyword: error.keyword, message: 'not in the contract' }
    case 'propertyNames':
      return { path: below(params['propertyName']), keyword: error.keyword, message: 'a name that the contract does not allow' }
    default:
      return { path: error.instancePath, keyword: error.keyword, message: wording(error, params, body) }
  }
}

function wording(error: ErrorObject, params: Record<string, unknown>, body: unknown): string {
  const limit = String(params['limit'])
  switch (error.keyword) {
    case 'type': {
      const expected = Array.isArray(params['type']) ? params['type'].join(' or ') : String(params['type'])
      return `${typeAt(body, error.instancePath)} instead of ${expected}`
    }
    case 'enum':
      return `not one of ${listed(params['allowedValues'])}`
    case 'const':
      return `not ${listed([params['allowedValue']])}`
    case 'minLength':
      return `shorter than ${limit}`
    case 'maxLength':
      return `longer than ${limit}`
    case 'minimum':
      return `below ${limit}`
    case 'maximum':
      return `above ${limit}`
    case 'exclusiveMinimum':
      return `not above ${limit}`
    case 'exclusiveMaximum':
      return `not below ${limit}`
    case 'minItems':
      return `fewer than ${limit} items`
    case 'maxItems':
      return `more than ${limit} items`
    case 'pattern':
      return 'does not match the pattern'
    case 'format':
      return `no valid ${String(params['format'])}`
    case 'multipleOf':
      return `not a multiple of ${String(params['multipleOf'])}`
    case 'uniqueItems':
      return 'an item stands twice'
    case 'anyOf':
    case 'oneOf':
      return 'fits none of the alternatives'
    case 'not':
      return 'is what it must not be'
    case 'false schema':
      return 'not allowed'
    default:
      return error.message ?? `breaks ${error.keyword}`
  }
}

/** JSON type of what a pointer names in the body. */
function typeAt(body: unknown, pointer: string): string {
  let value: unknown = body
  for (const step of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) break
    value = (value as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** The first values of a contract's list: they are the contract's words, not the record's. */
function listed(values: unknown): string {
  const texts = (Array.isArray(values) ? values : []).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  const shown = texts.slice(0, 8).join(', ').slice(0, 120)
  return texts.length > 8 ? `${shown}, …` : shown
}

function escaped(property: string): string {
  return property.replaceAll('~', '~0').replaceAll('/', '~1')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
