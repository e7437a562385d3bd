import semver from 'semver'
import type { Located } from '../config/project.ts'
import type { ContractConfig } from '../config/schema.ts'
import type { Problem } from '../model/problem.ts'
import { inRange, readAppVersion } from './match.ts'
import type { ContractVersion, ImportantProperty } from './plan.ts'
import { classified } from './schema/classified.ts'
import { draftOf } from './schema/draft.ts'
import { prepareSchema } from './schema/prepare.ts'
import { shapeOf } from './schema/shape.ts'
import { pointerSteps } from './schema/subschemas.ts'
import { metaProblems, type Validators } from './schema/validators.ts'

type VersionConfig = ContractConfig['versions'][number]

/**
 * The versions of an event's contract, ascending; what isn't checked, in words; and what is wrong with it. `thorough`: try
 * to compile every schema at once, which takes about 2 ms each, instead of at its first record.
 */
export function compileVersions(
  contract: Located<ContractConfig>,
  validators: Validators,
  thorough = false,
): { versions: readonly ContractVersion[]; notes: readonly string[]; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const notes: string[] = []
  const numbers = new Set<number>()
  const versions: ContractVersion[] = []
  for (const [index, config] of contract.value.versions.entries()) {
    const path = ['versions', index]
    if (numbers.has(config.version)) {
      const message = `version ${config.version} stands twice: give each its own number`
      problems.push(contract.problem([...path, 'version'], message))
    }
    numbers.add(config.version)
    const compiled = compileVersion(contract, config, path, validators, thorough)
    problems.push(...compiled.problems)
    notes.push(...compiled.notes.map((note) => `version ${config.version}: ${note}`))
    if (compiled.version !== null) versions.push(compiled.version)
  }
  return { versions: versions.sort((a, b) => a.version - b.version), notes, problems }
}

function compileVersion(
  contract: Located<ContractConfig>,
  { version, applies_from, schema }: VersionConfig,
  path: readonly PropertyKey[],
  validators: Validators,
  thorough: boolean,
): { version: ContractVersion | null; notes: readonly string[]; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const range = applies_from?.app_version ?? null
  if (range !== null && semver.validRange(range) === null) {
    const message = `"${range}" is no range of versions: write for example ">=4.2.0"`
    problems.push(contract.problem([...path, 'applies_from', 'app_version'], message))
  }
  const at = [...path, 'schema']
  const draft = draftOf(schema)
  if (draft === null) {
    const message =
      'this dialect of JSON Schema is not known: use https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#'
    return { version: null, notes: [], problems: [...problems, contract.problem([...at, '$schema'], message)] }
  }
  const prepared = prepareSchema(schema, draft)
  for (const { path: below, message, severity, atKey } of prepared.problems) {
    problems.push(contract.problem([...at, ...below], message, severity, atKey))
  }
  // A schema that is too large to be walked is not walked by Ajv either.
  if (!prepared.problems.some((one) => one.severity === 'error' && one.path.length === 0)) {
    for (const { pointer, message } of metaProblems(schema, draft)) {
      problems.push(
        contract.problem(
          [...at, ...pointerSteps(pointer)],
          `not valid JSON Schema: ${pointer === '' ? 'it' : pointer} is ${message}`,
        ),
      )
    }
  }
  const sound = !problems.some(({ severity }) => severity === 'error')
  const unsound = sound && thorough ? validators.compileProblem(prepared.schema, draft) : null
  if (unsound !== null) problems.push(contract.problem(at, `the schema can't be compiled: ${unsound}`))
  if (!sound || unsound !== null) return { version: null, notes: prepared.notes, problems }

  const important = importantOf(contract.value)
  const shape = shapeOf(prepared.schema, prepared.namesUnknown)
  const compiled: ContractVersion = {
    version,
    appliesFrom: range,
    applies: (appVersion) => range === null || isInRange(appVersion, range),
    watched: watchedOf(shape.required, important),
    goals: important.filter(({ fill }) => fill !== null),
    known: shape.known,
    covers: shape.covers,
    pii: classified(prepared.schema),
    schema,
    violations: validators.validator(prepared.schema, draft),
  }
  return { version: compiled, notes: prepared.notes, problems }
}

/** `important` with both ways of writing it made one. */
export function importantOf({ important }: ContractConfig): readonly ImportantProperty[] {
  return important.map((one) => (typeof one === 'string' ? { property: one, fill: null } : one))
}

function isInRange(text: string | null, range: string): boolean {
  const appVersion = readAppVersion(text)
  return appVersion !== null && inRange(appVersion, range)
}

/** What completeness watches: top-level `required`, and important properties without a goal of their own. */
function watchedOf(required: readonly string[], important: readonly ImportantProperty[]): readonly string[] {
  const always = important.flatMap(({ property, fill }) => (fill === null ? [property] : []))
  const goals = new Set(important.flatMap(({ property, fill }) => (fill === null ? [] : [property])))
  return [...new Set([...required, ...always])].filter((property) => !goals.has(property)).sort()
}
