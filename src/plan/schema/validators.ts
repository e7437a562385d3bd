import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import draft04 from 'ajv-draft-04'
import type { Violation } from '../../model/observation.ts'
import type { Draft } from './draft.ts'
import { useFormats } from './formats.ts'
import { useDecimalMultipleOf } from './multiple-of.ts'
import { compilePattern } from './pattern.ts'
import { allowSteps, countingRecursion, TooManySteps, useRecursionCount } from './recursion.ts'
import type { Json } from './subschemas.ts'
import { useLinearUniqueItems } from './unique-items.ts'
import { violationsOf } from './violations.ts'

const NONE: readonly Violation[] = []

/** A body with more values than this is told its first violation only: each of a million bad items would become an error of its own. */
const MOST_VALUES = 10_000
/** A line of an archive holds no more. */
const MOST_COUNTED = 1_000_000
/** Recursions of a schema that are allowed in deciding about a body, and more for each of its values. */
const STEPS = 10_000
const STEPS_A_VALUE = 100
/** The same in naming all that is wrong with it, where each costs memory. */
const STEPS_FOR_ALL = 500
const STEPS_FOR_ALL_A_VALUE = 8

/** Ajv takes the patterns' engine from here. A pattern that was refused has been taken out of the schema before. */
const regExp = Object.assign(
  (source: string) => {
    const pattern = compilePattern(source)
    return { test: 'test' in pattern ? pattern.test : () => true }
  },
  { code: 'new RegExp' },
)

const OPTIONS: Options = {
  strict: false,
  // Schemas have been held against their meta-schema, with positions, before they are compiled.
  validateSchema: false,
  addUsedSchema: false,
  logger: false,
  code: { regExp },
}

/** A prepared schema has no address of its own, and without one Ajv can't follow a reference to all of it (`#`). */
const ADDRESS = 'http://schema.invalid/contract'

/** Makes validators that share their compilers. One such maker a plan: what it has compiled goes when the plan goes. */
export interface Validators {
  /**
   * What breaks `schema`, which has been prepared: see `ContractVersion.violations`. Compiled at the first body, since
   * compiling 500 contracts takes a second.
   */
  readonly validator: (schema: Json, draft: Draft) => (body: unknown) => readonly Violation[]
  /** Why a schema can't be compiled though its meta-schema holds; null: it can. */
  readonly compileProblem: (schema: Json, draft: Draft) => string | null
}

export function createValidators(): Validators {
  const compilers = new Map<string, Ajv>()

  function compile(schema: Json, draft: Draft, allErrors: boolean): ValidateFunction {
    const ownProperties = namesInherited(schema)
    const key = `${draft} ${allErrors} ${ownProperties}`
    const ajv = compilers.get(key) ?? createAjv(draft, { ...OPTIONS, allErrors, ownProperties })
    compilers.set(key, ajv)
    return ajv.compile({ [draft === 'draft-04' ? 'id' : '$id']: ADDRESS, ...schema })
  }

  function validator(schema: Json, draft: Draft): (body: unknown) => readonly Violation[] {
    let counting: Json | null = null
    let first: ValidateFunction | null = null
    let all: ValidateFunction | null = null
    return (body) => {
      try {
        counting ??= countingRecursion(schema)
        first ??= compileFirst(counting, draft)
        if (counting !== schema) allowSteps(STEPS, () => STEPS_A_VALUE * valuesIn(body, MOST_COUNTED))
        if (first(body) === true) return NONE
        return violationsOf(allErrors(counting, body) ?? first.errors ?? [], body)
      } catch {
        // A schema that recurses into the data without bound: bodies of 64 levels are the deepest there are.
        return [{ path: '', keyword: '$ref', message: 'too deep for the contract to be decided' }]
      }
    }

    /** Null: they are too many, or it would take too long to find them. */
    function allErrors(counted: Json, body: unknown): readonly ErrorObject[] | null {
      const values = valuesIn(body, MOST_VALUES)
      if (values > MOST_VALUES) return null
      all ??= compile(counted, draft, true)
      allowSteps(STEPS_FOR_ALL + STEPS_FOR_ALL_A_VALUE * values, null)
      try {
        all(body)
        return all.errors ?? []
      } catch (error) {
        if (error instanceof TooManySteps) return null
        throw error
      }
    }
  }

  /** One that stops at the first violation. Its code nests by property: of thousands of them only the other kind can be made. */
  function compileFirst(schema: Json, draft: Draft): ValidateFunction {
    try {
      return compile(schema, draft, false)
    } catch (error) {
      if (error instanceof RangeError) return compile(schema, draft, true)
      throw error
    }
  }

  function compileProblem(schema: Json, draft: Draft): string | null {
    try {
      compileFirst(schema, draft)
      return null
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  return { validator, compileProblem }
}

function createAjv(draft: Draft, options: Options): Ajv {
  const ajv = ajvOf(draft, options)
  useFormats(ajv)
  useLinearUniqueItems(ajv)
  useDecimalMultipleOf(ajv)
  useRecursionCount(ajv)
  return ajv
}

function ajvOf(draft: Draft, options: Options): Ajv {
  switch (draft) {
    case 'draft-04':
      return new draft04.default(options)
    case 'draft-07':
      return new Ajv(options)
    case '2019-09':
      return new Ajv2019(options)
    case '2020-12':
      return new Ajv2020(options)
  }
}

/** Meta-schemas are compiled once: nothing of a user's goes into these. */
const metaCompilers = new Map<Draft, Ajv>()

/** What the meta-schema says of a schema: JSON pointers into it, and what is wrong there. */
export function metaProblems(schema: Json, draft: Draft): readonly { pointer: string; message: string }[] {
  const ajv = metaCompilers.get(draft) ?? ajvOf(draft, { strict: false, allErrors: true, logger: false })
  metaCompilers.set(draft, ajv)
  const { $schema: _spelling, ...rest } = schema
  if (ajv.validateSchema(rest) === true) return []
  const violations = violationsOf(ajv.errors ?? [], schema)
  const told = new Map<string, string>()
  for (const { path, keyword, message } of violations) {
    // `anyOf` only says that what else is said at its place is so; a list of types is no wrong type if one in it is.
    if (keyword === 'anyOf' && violations.some((other) => other.path === path && other.keyword !== 'anyOf')) continue
    if (violations.some((other) => other.path.startsWith(`${path}/`))) continue
    if (keyword === 'enum' || !told.has(path)) told.set(path, message)
  }
  return [...told].map(([pointer, message]) => ({ pointer, message }))
}

const INHERITED = Object.getOwnPropertyNames(Object.prototype)

/** Whether a schema names a property that every object inherits: then, and only then, it pays to look at own ones alone. */
function namesInherited(schema: Json): boolean {
  const text = JSON.stringify(schema)
  return INHERITED.some((name) => text.includes(`"${name}"`))
}

/** How many values there are in a body; of more than `most`, that there are more. */
function valuesIn(body: unknown, most: number): number {
  let values = 0
  const waiting: unknown[] = [body]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null) continue
    const inner = Array.isArray(value) ? value : Object.values(value)
    values += inner.length
    if (values > most) break
    for (const one of inner) waiting.push(one)
  }
  return values
}
