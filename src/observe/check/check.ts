import type { Judgement } from '../../model/observation.ts'
import type { Decoded, DecodedEvent } from '../../model/record.ts'
import { contractFor } from '../../plan/match.ts'
import type { ContractVersion, EventPlan, Plan } from '../../plan/plan.ts'
import { isObject, type JsonObject } from '../decode/text.ts'
import { isFilled } from './fill.ts'
import { isGuaranteed } from './guaranteed.ts'

const NONE: readonly never[] = []
const UNDECODABLE = judgement('undecodable', null)
/** What is said of every record that no contract has the name of. */
export const UNPLANNED = judgement('unplanned', null)

/** Unplanned properties named for one record. */
const MOST_UNPLANNED = 50
/** App versions whose contract version is remembered, an event. */
const MOST_REMEMBERED = 1_000

/** A contract version with what is asked of it for every record. */
interface Prepared {
  readonly contract: ContractVersion
  readonly goals: readonly string[]
  /** Watched properties that a body without violations may still leave unfilled. */
  readonly unsure: readonly string[]
  /** Whether a body without violations has no property beside the contract's. */
  readonly closed: boolean
  /** Most records are flawless: they share one judgement. */
  readonly flawless: Judgement
}

/** What one event's contract says of a record: the version that holds for its app version judges its body. Never throws. */
export type JudgeRecord = (decoded: DecodedEvent) => Judgement

const judges = new WeakMap<EventPlan, JudgeRecord>()

/** What the plan says of a decoded record. Never throws. */
export function check(plan: Plan, decoded: Decoded): Judgement {
  if (!decoded.ok) return UNDECODABLE
  const event = plan.events.get(decoded.event)
  return event === undefined ? UNPLANNED : judgeOf(event)(decoded)
}

/** The one judge of an event: it remembers what each app version is judged by. */
export function judgeOf(event: EventPlan): JudgeRecord {
  const known = judges.get(event)
  if (known !== undefined) return known
  const prepared = new Map(event.versions.map((contract) => [contract, prepare(contract)]))
  const byAppVersion = new Map<string | null, Prepared>()
  const found = (appVersion: string | null): Prepared => {
    const contract = contractFor(event, appVersion)
    const one = prepared.get(contract) ?? prepare(contract)
    if (byAppVersion.size < MOST_REMEMBERED) byAppVersion.set(appVersion, one)
    return one
  }
  const made: JudgeRecord = ({ body, dimensions: { appVersion } }) =>
    judge(byAppVersion.get(appVersion) ?? found(appVersion), body)
  judges.set(event, made)
  return made
}

function judge({ contract, goals, unsure, closed, flawless }: Prepared, body: unknown): Judgement {
  const violations = contract.violations(body)
  const unfilled = missing(violations.length === 0 ? unsure : contract.watched, body)
  const unfilledGoals = goals.length === 0 ? NONE : missing(goals, body)
  const unplannedProperties = (closed && violations.length === 0) || !isObject(body) ? NONE : unplanned(contract, body)
  if (violations.length === 0 && unfilled === NONE && unfilledGoals === NONE && unplannedProperties === NONE) {
    return flawless
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

function prepare(contract: ContractVersion): Prepared {
  return {
    contract,
    goals: [...new Set(contract.goals.map(({ property }) => property))],
    unsure: contract.watched.filter((property) => !isGuaranteed(contract.schema, property)),
    closed: contract.schema['additionalProperties'] === false && contract.schema['patternProperties'] === undefined,
    flawless: judgement('valid', contract.version),
  }
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
    found.push(property)
    if (found.length === MOST_UNPLANNED) break
  }
  return found ?? NONE
}

function judgement(outcome: Judgement['outcome'], version: number | null): Judgement {
  return { outcome, version, violations: NONE, unplannedProperties: NONE, unfilled: NONE, unfilledGoals: NONE }
}
