import type { Incident } from '../../model/incident.ts'
import { SEVERITY_RANK } from '../../model/sli.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import type { MinuteJudgement, Standing } from '../slo/standing.ts'
import type { Movement } from '../volume/movement.ts'
import { lastBadMinute } from './run.ts'

/** Minutes with a record, or counted slices, for which every row must have been false before an incident resolves. */
export const CALM_MINUTES = 15

/** What is followed while an incident is open. Plain data: it is stored with the incident. */
export interface Tracking {
  /** Highest severity of a row that was true, before the cap. */
  readonly highest: 'page' | 'ticket'
  readonly slos: Readonly<Record<string, Followed>>
  /** How its records moved, if it began with a volume alarm or a silence: others of its domain that move so join it. */
  readonly movement?: Movement | null
}

/** One SLO of an open incident. */
export interface Followed {
  /** Minutes that count towards the resolve, and when the last of them was. */
  readonly calm: number
  readonly calmAt: Instant
  /** End of the last minute that held a record. */
  readonly heldAt: Instant
  /** Start of the last bad minute, which may be older than minutes are kept. */
  readonly badAt: Instant
}

export interface OpenIncident {
  readonly incident: Incident
  readonly tracking: Tracking
}

/** An SLO that has just become part of an incident. */
export function begin(at: Instant, standing: Standing, { startedAt }: Incident): Followed {
  return { calm: 0, calmAt: at, heldAt: at, badAt: lastBadMinute([standing], startedAt, at) }
}

/** What is followed of an SLO after one more minute. `highest`: the highest row of the incident that was true. */
export function followed(
  at: Instant,
  before: Followed,
  judgement: MinuteJudgement,
  highest: 'page' | 'ticket',
): Followed {
  const heldAt = judgement.holds ? at : before.heldAt
  const badAt = judgement.bad ? at - MINUTE : before.badAt
  const { firing } = judgement.verdict
  const burning = firing !== null && SEVERITY_RANK[firing] >= SEVERITY_RANK[highest]
  if (burning) return { calm: 0, calmAt: at, heldAt, badAt }
  if (!judgement.holds || before.calm >= CALM_MINUTES) return { ...before, heldAt, badAt }
  return { calm: before.calm + 1, calmAt: at, heldAt, badAt }
}
