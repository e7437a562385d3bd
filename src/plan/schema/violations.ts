import type { ErrorObject } from 'ajv'
import { compareText } from '../../model/order.ts'
import type { Violation } from '../../model/observation.ts'
import { isJson, pointerStep, pointerSteps } from './subschemas.ts'

/** Violations named for one record. */
const MOST = 20
/** Names and pointers come from the record: they are no longer than this. */
const LONGEST_PATH = 300

/** Keywords that only say that something inside them failed, which is said as well. */
const SUMMARIES = new Set(['if', 'allOf'])

/** What Ajv says of one place and keyword. */
interface Found {
  readonly path: string
  readonly error: ErrorObject
  /** Alternatives each name the type that they want: together they are one violation. */
  readonly types: string[]
}

/**
 * Ajv's errors as violations: each path and keyword once, without the values, by path and then keyword. Only the first are
 * put into words: a list may have ten thousand bad items.
 */
export function violationsOf(errors: readonly ErrorObject[], body: unknown): readonly Violation[] {
  const first: Found[] = []
  for (const error of errors) {
    if (SUMMARIES.has(error.keyword)) continue
    const found: Found = { path: shortened(pathOf(error)), error, types: typesOf(error) }
    let at = first.length
    for (let before = first[at - 1]; before !== undefined && inOrder(found, before) <= 0; before = first[at - 1])
      at -= 1
    const there = first[at]
    if (there !== undefined && inOrder(there, found) === 0) there.types.push(...found.types)
    else if (at < MOST) first.splice(at, 0, found)
    if (first.length > MOST) first.pop()
  }
  return first.map(({ path, error, types }) => {
    const { keyword, instancePath } = error
    const message = keyword === 'type' ? `${typeAt(body, instancePath)} instead of ${either(types)}` : wording(error)
    return { path, keyword, message }
  })
}

function inOrder(a: Found, b: Found): number {
  return compareText(a.path, b.path) || compareText(a.error.keyword, b.error.keyword)
}

function typesOf({ keyword, params }: ErrorObject): string[] {
  return keyword === 'type' ? [params['type']].flat().map(String) : []
}

/** Of what is missing or too much, the path of that property; else of the value. */
function pathOf({ keyword, instancePath, params }: ErrorObject): string {
  const below = (name: unknown): string => `${instancePath}/${pointerStep(String(name))}`
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
      return params['missingProperty'] === undefined ? instancePath : below(params['missingProperty'])
    case 'additionalProperties':
      return below(params['additionalProperty'])
    case 'unevaluatedProperties':
      return below(params['unevaluatedProperty'])
    case 'propertyNames':
      return below(params['propertyName'])
    default:
      return instancePath
  }
}

function wording({ keyword, params, message }: ErrorObject): string {
  const limit = String(params['limit'])
  switch (keyword) {
    case 'required':
      return 'missing'
    case 'dependentRequired':
    case 'dependencies':
      return `missing, though ${String(params['property'])} is there`
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'not in the contract'
    case 'propertyNames':
      return 'a name that the contract does not allow'
    case 'enum':
      return `not one of ${listed(params['allowedValues'])}`
    case 'const':
      return `not ${listed([params['allowedValue']])}`
    case 'minLength':
      return `shorter than ${limit}`
    case 'maxLength':
      return `longer than ${limit}`
    case 'minimum':
    case 'formatMinimum':
      return params['comparison'] === '>' ? `not above ${limit}` : `below ${limit}`
    case 'maximum':
    case 'formatMaximum':
      return params['comparison'] === '<' ? `not below ${limit}` : `above ${limit}`
    case 'exclusiveMinimum':
      return `not above ${limit}`
    case 'exclusiveMaximum':
      return `not below ${limit}`
    case 'multipleOf':
      return `not a multiple of ${String(params['multipleOf'])}`
    case 'minItems':
      return `fewer than ${limit} items`
    case 'maxItems':
    case 'additionalItems':
    case 'unevaluatedItems':
    case 'items':
      return params['limit'] === undefined && params['len'] === undefined
        ? 'more items than the contract has'
        : `more than ${params['limit'] ?? params['len']} items`
    case 'uniqueItems':
      return 'an item stands twice'
    case 'contains':
      return 'has no item of the kind that is wanted'
    case 'minProperties':
      return `fewer than ${limit} properties`
    case 'maxProperties':
      return `more than ${limit} properties`
    case 'pattern':
      return 'does not match the pattern'
    case 'format':
      return `no valid ${String(params['format'])}`
    case 'anyOf':
      return 'fits none of the alternatives'
    case 'oneOf':
      return params['passingSchemas'] ? 'fits more than one alternative' : 'fits none of the alternatives'
    case 'not':
      return 'is what it must not be'
    case 'false schema':
      return 'not allowed'
    default:
      return message ?? `breaks ${keyword}`
  }
}

/** JSON type of what a pointer names in the body. */
function typeAt(body: unknown, pointer: string): string {
  let value: unknown = body
  for (const step of pointerSteps(pointer)) {
    if (Array.isArray(value)) value = value[Number(step)]
    else if (isJson(value)) value = value[step]
  }
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** The first values of a contract's list: they are the contract's words, not the record's. */
function listed(values: unknown): string {
  const texts = (Array.isArray(values) ? values : []).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  )
  const shown = texts.slice(0, 8).join(', ')
  return texts.length > 8 || shown.length > 120 ? `${shown.slice(0, 120)}, …` : shown
}

function either(values: readonly string[]): string {
  const each = [...new Set(values)]
  const last = each.pop() ?? ''
  return each.length === 0 ? last : `${each.join(', ')} or ${last}`
}

function shortened(path: string): string {
  return path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH).toWellFormed()}…` : path
}
