import type { Judgement } from '../../model/observation.ts'
import type { Decoded } from '../../model/record.ts'
import { contractFor } from '../../plan/match.ts'
import type { ContractVersion, EventPlan, Plan } from '../../plan/plan.ts'
import { isObject, type JsonObject } from '../decode/text.ts'
import { isFilled } from './fill.ts'

const NONE: readonly never[] = []
const UNDECODABLE = judgement('undecodable', null)
const UNPLANNED = judgement('unplanned', null)

/** Unplanned properties named for one record. */
const MOST_UNPLANNED = 50
/** App versions whose contract version is remembered, an event. */
const MOST_REMEMBERED = 1_000

const remembered = new WeakMap<EventPlan, Map<string | null, ContractVersion>>()
const flawless = new WeakMap<ContractVersion, Judgement>()
const goals = new WeakMap<ContractVersion, readonly string[]>()

/** What the plan says of a decoded record: the contract version that holds for its app version judges its body. Never throws. */
export function check(plan: Plan, decoded: Decoded): Judgement {
  if (!decoded.ok) return UNDECODABLE
  const event = plan.events.get(decoded.event)
  if (event === undefined) return UNPLANNED
  const contract = contractOf(event, decoded.dimensions.appVersion)
  const { body } = decoded
  const violations = contract.violations(body)
  const unfilled = missing(contract.watched, body)
  const unfilledGoals = contract.goals.length === 0 ? NONE : missing(goalNames(contract), body)
  const unplannedProperties = isObject(body) ? unplanned(contract, body) : NONE
  if (violations.length === 0 && unfilled === NONE && unfilledGoals === NONE && unplannedProperties === NONE) {
    return flawlessFor(contract)
  }
  return {
    outcome: violations.length === 0 ? 'valid' : 'invalid',
    version: contract.version,
    violations,
    unplannedProperties,
    unfilled,
    unfilledGoals,
  }
}

function contractOf(event: EventPlan, appVersion: string | null): ContractVersion {
  let versions = remembered.get(event)
  if (versions === undefined) {
    versions = new Map()
    remembered.set(event, versions)
  }
  const known = versions.get(appVersion)
  if (known !== undefined) return known
  const contract = contractFor(event, appVersion)
  if (versions.size < MOST_REMEMBERED) versions.set(appVersion, contract)
  return contract
}

function goalNames(contract: ContractVersion): readonly string[] {
  const known = goals.get(contract)
  if (known !== undefined) return known
  const names = contract.goals.map(({ property }) => property)
  goals.set(contract, names)
  return names
}

/** Most records are flawless: they share one judgement a contract version. */
function flawlessFor(contract: ContractVersion): Judgement {
  const known = flawless.get(contract)
  if (known !== undefined) return known
  const made = judgement('valid', contract.version)
  flawless.set(contract, made)
  return made
}

function missing(properties: readonly string[], body: unknown): readonly string[] {
  if (!isObject(body)) return properties.length === 0 ? NONE : properties
  let found: string[] | null = null
  for (const property of properties) {
    if (isFilled(body, property)) continue
    found ??= []
    found.push(property)
  }
  return found ?? NONE
}

function unplanned(contract: ContractVersion, body: JsonObject): readonly string[] {
  let found: string[] | null = null
  for (const property in body) {
    if (contract.known.has(property) || contract.covers(property)) continue
    found ??= []
    if (found.length < MOST_UNPLANNED) found.push(property)
  }
  return found ?? NONE
}

function judgement(outcome: Judgement['outcome'], version: number | null): Judgement {
  return { outcome, version, violations: NONE, unplannedProperties: NONE, unfilled: NONE, unfilledGoals: NONE }
}
