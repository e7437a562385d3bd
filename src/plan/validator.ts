import { Ajv, type AnySchemaObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import draft04 from 'ajv-draft-04'
import formats from 'ajv-formats'
import type { Violation } from '../model/observation.ts'
import { compilePattern } from './pattern.ts'
import { violationsOf } from './violations.ts'

const NONE: readonly Violation[] = []

/** Ajv takes the patterns' engine from here: RE2, whose time is linear in the text. A pattern that it can't take matches all. */
const regExp = Object.assign(
  (source: string) => {
    const pattern = compilePattern(source)
    return { test: 'test' in pattern ? pattern.test : () => true }
  },
  { code: 'new RegExp' },
)

const OPTIONS: Options = {
  strict: false,
  allErrors: true,
  // The meta-schema is checked apart, with positions; compiling then trusts it.
  validateSchema: false,
  addUsedSchema: false,
  inlineRefs: true,
  logger: false,
  code: { regExp },
}

type Draft = 'draft-04' | 'draft-07' | '2019-09' | '2020-12'

/** Which draft a schema is written in; null: one that isn't known. 2020-12 unless it says otherwise. */
export function draftOf(schema: Readonly<Record<string, unknown>>): Draft | null {
  const named = schema['$schema']
  if (named === undefined) return '2020-12'
  if (typeof named !== 'string') return null
  if (/json-schema\.org\/draft-04\//.test(named)) return 'draft-04'
  if (/json-schema\.org\/draft-0[67]\//.test(named)) return 'draft-07'
  if (/json-schema\.org\/draft\/2019-09\//.test(named)) return '2019-09'
  return /json-schema\.org\/draft\/2020-12\//.test(named) ? '2020-12' : null
}

function createAjv(draft: Draft): Ajv {
  const made = ajvOf(draft)
  formats.default(made)
  return made
}

function ajvOf(draft: Draft): Ajv {
  switch (draft) {
    case 'draft-04':
      return new draft04.default(OPTIONS)
    case 'draft-07':
      return new Ajv(OPTIONS)
    case '2019-09':
      return new Ajv2019(OPTIONS)
    case '2020-12':
      return new Ajv2020(OPTIONS)
  }
}

/** One a draft: making one costs more than compiling a contract. Compiled schemas are taken out again, so that none meets another's `$id`. */
const shared = new Map<Draft, Ajv>()

function ajvFor(draft: Draft): Ajv {
  const ajv = shared.get(draft) ?? createAjv(draft)
  shared.set(draft, ajv)
  return ajv
}

function compile(schema: Readonly<Record<string, unknown>>, draft: Draft): ValidateFunction {
  const ajv = ajvFor(draft)
  const given = checkable(schema)
  try {
    return ajv.compile(given)
  } finally {
    ajv.removeSchema(given)
  }
}

/** What the meta-schema says of a schema: JSON pointers into it, and what is wrong there. */
export function metaProblems(schema: Readonly<Record<string, unknown>>, draft: Draft): readonly { pointer: string; message: string }[] {
  const ajv = ajvFor(draft)
  if (ajv.validateSchema(checkable(schema)) === true) return []
  return violationsOf(ajv.errors ?? [], schema).map(({ path, message }) => ({ pointer: path, message }))
}

/** Draft 6 is asked as draft 7, which only adds to it; other spellings of a known `$schema` as the draft itself. */
function checkable(schema: Readonly<Record<string, unknown>>): AnySchemaObject {
  const { $schema: _spelling, ...rest } = schema
  return rest
}

/** A validator that compiles when it is first used: 500 contracts would cost a start more than a second. Never throws. */
export function createValidator(schema: Readonly<Record<string, unknown>>, draft: Draft): (body: unknown) => readonly Violation[] {
  let validate: ValidateFunction | null = null
  return (body) => {
    try {
      validate ??= compile(schema, draft)
      if (validate(body)) return NONE
    } catch {
      // Only a schema that recurses through the data without bound gets here; bodies are at most 64 levels deep.
      return [{ path: '', keyword: 'schema', message: 'the contract could not be decided' }]
    }
    return violationsOf(validate?.errors ?? [], body)
  }
}

/** Whether a schema compiles at all: what neither the meta-schema nor the look at its references finds. */
export function compileProblem(schema: Readonly<Record<string, unknown>>, draft: Draft): string | null {
  try {
    compile(schema, draft)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
