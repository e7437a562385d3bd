import type { Violation } from '../../../src/model/observation.ts'
import { draftOf } from '../../../src/plan/schema/draft.ts'
import { prepareSchema } from '../../../src/plan/schema/prepare.ts'
import type { Json } from '../../../src/plan/schema/subschemas.ts'
import { createValidators } from '../../../src/plan/schema/validators.ts'

/** What a schema says of bodies, as a plan would have it. */
export function judgeOf(schema: Json): (body: unknown) => readonly Violation[] {
  const draft = draftOf(schema) ?? '2020-12'
  return createValidators().validator(prepareSchema(schema, draft).schema, draft)
}

/** `path keyword: message`, a line a violation. */
export function told(schema: Json, body: unknown): string[] {
  return judgeOf(schema)(body).map(({ path, keyword, message }) => `${path} ${keyword}: ${message}`)
}

/** What is wrong with a schema: `/path severity: message`. */
export function problemsOf(schema: Json): string[] {
  const { problems } = prepareSchema(schema, draftOf(schema) ?? '2020-12')
  return problems.map(({ path, severity, message }) => `/${path.map(String).join('/')} ${severity}: ${message}`)
}
