import type { ContractVersion, EventPlan, ImportantProperty, Plan } from '../../src/plan/plan.ts'
import { inRange, readAppVersion } from '../../src/plan/match.ts'
import { classified } from '../../src/plan/schema/classified.ts'
import { shapeOf } from '../../src/plan/schema/shape.ts'
import { prepareSchema } from '../../src/plan/schema/prepare.ts'
import { createValidators } from '../../src/plan/schema/validators.ts'
import { slug } from '../../src/plan/slug.ts'
import { planOf } from './plan.ts'

const validators = createValidators()

interface VersionOptions {
  readonly version?: number
  /** Range of app versions. */
  readonly appliesFrom?: string
  readonly important?: readonly ImportantProperty[]
}

/** A contract version compiled from a JSON Schema (2020-12), as the plan compiles it. */
export function contractVersion(
  schema: Readonly<Record<string, unknown>>,
  options: VersionOptions = {},
): ContractVersion {
  const { version = 1, appliesFrom = null, important = [] } = options
  const prepared = prepareSchema(schema, '2020-12')
  const shape = shapeOf(prepared.schema, prepared.namesUnknown)
  const expected = important.filter(({ fill }) => fill === null).map(({ property }) => property)
  return {
    version,
    appliesFrom,
    applies: (appVersion) => {
      const known = readAppVersion(appVersion)
      return appliesFrom === null || (known !== null && inRange(known, appliesFrom))
    },
    watched: [...new Set([...shape.required, ...expected])].sort(),
    goals: important.filter(({ fill }) => fill !== null),
    known: shape.known,
    covers: shape.covers,
    pii: classified(prepared.schema),
    schema,
    violations: validators.validator(prepared.schema, '2020-12'),
  }
}

/** A plan in which these events have these contract versions, and nothing else is. */
export function planWith(contracts: Readonly<Record<string, readonly ContractVersion[]>>): Plan {
  const events = Object.entries(contracts).map(([name, versions]): [string, EventPlan] => [
    name,
    {
      name,
      slug: slug(name),
      domain: 'checkout',
      description: '',
      status: 'active',
      owner: 'payments',
      tier: 'P0',
      versions,
      important: [],
      destinations: [],
      notes: [],
    },
  ])
  return { ...planOf([]), events: new Map(events) }
}
