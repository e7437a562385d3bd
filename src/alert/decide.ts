import type { Incident } from '../model/incident.ts'
import { SEVERITY_RANK } from '../model/sli.ts'
import type { RoutesConfig } from './config.ts'
import { type Labels, labelsOf } from './labels.ts'
import type { AlertFacts } from './facts.ts'
import { messageOf } from './message.ts'
import {
  dedupKey,
  type Notification,
  type NotificationAction,
  type NotificationReason,
  type Told,
} from './notification.ts'
import { receiversFor, type Suppression, suppression } from './route.ts'

/**
 * What happened to an incident. `reconsidered`: nothing, but something that held its notifications back may have ended
 * (maintenance, an inhibiting incident).
 */
export type AlertChange = 'opened' | 'raised' | 'joined' | 'resolved' | 'manual' | 'reconsidered'

/** What a decision rests on. */
export interface DecideContext {
  readonly facts: AlertFacts
  readonly routes: RoutesConfig
  /** By receiver: the last thing written for it about this incident. */
  readonly told: ReadonlyMap<string, Told>
  /** Labels of the other incidents open at `at`. */
  readonly others: readonly Labels[]
}

/** What is to be written for whom. */
export interface Decision {
  readonly notifications: readonly Notification[]
  /** Set where something would have been written but for this. */
  readonly suppressed: Suppression | null
}

const QUIET: Decision = { notifications: [], suppressed: null }

/** Why a receiver is due to hear of an incident, or null. `matched`: the route names it now. */
export function dueReason(
  told: Told | null,
  incident: Pick<Incident, 'severity' | 'resolvedAt'>,
  matched: boolean,
  others: 'told' | 'not told',
): Exclude<NotificationReason, 'resolved_before_sent'> | null {
  if (told === null) {
    if (incident.resolvedAt !== null || !matched) return null // never told: nothing to take back
    return others === 'told' ? 'newly_matched' : 'opened'
  }
  if (told.action === 'resolve' || told.action === 'note') return null
  if (incident.resolvedAt !== null) return 'resolved'
  return SEVERITY_RANK[incident.severity] > SEVERITY_RANK[told.severity] ? 'raised' : null
}

const ACTION: Readonly<Record<Exclude<NotificationReason, 'resolved_before_sent'>, NotificationAction>> = {
  opened: 'trigger',
  newly_matched: 'trigger',
  raised: 'update',
  resolved: 'resolve',
}

/**
 * What to write for whom. Opened: a trigger for the route's receivers. Raised: a trigger for those newly matched, an update for
 * those told before, in the route or not. Joined: nothing. Resolved: a resolve for all that were told a trigger, and only
 * those; it is never held back, or a page would stay open for ever.
 */
export function decide(change: AlertChange, context: DecideContext): Decision {
  if (change === 'joined') return QUIET
  const { facts, routes, told } = context
  const { incident } = facts.involved
  const labels = labelsOf(facts.involved)
  const matched = receiversFor(routes, labels)
  const others = told.size > 0 ? 'told' : 'not told'
  const due = [...new Set([...matched, ...told.keys()])].flatMap((receiver) => {
    const reason = dueReason(told.get(receiver) ?? null, incident, matched.includes(receiver), others)
    return reason === null ? [] : [{ receiver, reason }]
  })
  const open = incident.resolvedAt === null
  if (due.length === 0) {
    const nobody = open && matched.length === 0 && told.size === 0 && change !== 'reconsidered'
    return nobody
      ? { notifications: [], suppressed: { reason: 'no_route', text: 'no route matches: nobody is told' } }
      : QUIET
  }
  const held = open ? suppression(routes, labels, context.others, facts.at) : null
  if (held !== null) return { notifications: [], suppressed: held }
  return { notifications: due.map((one) => write(one.receiver, one.reason, context)), suppressed: null }
}

function write(
  receiver: string,
  reason: Exclude<NotificationReason, 'resolved_before_sent'>,
  { facts }: DecideContext,
): Notification {
  const { incident } = facts.involved
  return {
    at: facts.at,
    receiver,
    incident: incident.id,
    action: ACTION[reason],
    reason,
    dedupKey: dedupKey(incident.environment, incident.id),
    severity: incident.severity,
    message: messageOf(facts),
  }
}
