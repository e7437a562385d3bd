import { decide, type Decision } from '../../alert/decide.ts'
import type { RoutesConfig } from '../../alert/config.ts'
import { type Labels, labelsOf } from '../../alert/labels.ts'
import type { Notification, Told } from '../../alert/notification.ts'
import type { AlertChange } from '../../alert/decide.ts'
import type { AlertFacts } from '../../alert/facts.ts'
import type { Suppression } from '../../alert/route.ts'
import type { Incident, TimelineEntry } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'

/** Who has been told what, incident by incident, and who is to be told now. */
export interface Telling {
  /** What to write for a changed incident; the incident comes back with what was decided in its time line. */
  readonly tell: (
    change: AlertChange,
    at: Instant,
    facts: AlertFacts,
    others: readonly AlertFacts[],
  ) => { readonly incident: Incident; readonly notifications: readonly Notification[] }
  /** Incidents whose notifications are held back, and so must be asked about again. */
  readonly isHeldBack: (incident: string) => boolean
  /** Finds out whether something is held back of an incident that was left open by whoever led before, and tells nobody. */
  readonly recall: (facts: AlertFacts, others: readonly AlertFacts[]) => void
}

export function createTelling(routes: RoutesConfig, restored: ReadonlyMap<string, ReadonlyMap<string, Told>>): Telling {
  const told = new Map([...restored].map(([incident, by]) => [incident, new Map(by)]))
  /** By open incident: why nobody is told, as its time line says. */
  const quiet = new Map<string, Suppression['reason']>()

  function decided(change: AlertChange, facts: AlertFacts, others: readonly AlertFacts[]): Decision {
    const before = told.get(facts.involved.incident.id) ?? new Map<string, Told>()
    const labels: readonly Labels[] = others.map((other) => labelsOf(other.involved))
    return decide(change, { facts, routes, told: before, others: labels })
  }

  return {
    tell: (change, at, facts, others) => {
      const { incident } = facts.involved
      const before = told.get(incident.id) ?? new Map<string, Told>()
      const { notifications, suppressed } = decided(change, facts, others)
      for (const { receiver, action, severity } of notifications) before.set(receiver, { action, severity, at })
      if (incident.resolvedAt === null) told.set(incident.id, before)
      else told.delete(incident.id)
      const entries: TimelineEntry[] = []
      if (notifications.length > 0) {
        quiet.delete(incident.id)
        const receivers = notifications.map(({ receiver, action }) => `${receiver} (${action})`).join(', ')
        entries.push({ at, what: 'notified', text: `written for ${receivers}` })
      } else if (suppressed !== null && quiet.get(incident.id) !== suppressed.reason) {
        quiet.set(incident.id, suppressed.reason)
        entries.push({ at, what: 'notified', text: suppressed.text })
      }
      if (incident.resolvedAt !== null) quiet.delete(incident.id)
      return {
        incident: {
          ...incident,
          notifications: incident.notifications + notifications.length,
          timeline: [...incident.timeline, ...entries],
        },
        notifications,
      }
    },
    // That no route matches stays so until the routes change.
    isHeldBack: (incident) => (quiet.get(incident) ?? 'no_route') !== 'no_route',
    recall: (facts, others) => {
      const { notifications, suppressed } = decided('reconsidered', facts, others)
      const { id } = facts.involved.incident
      if (suppressed !== null) quiet.set(id, suppressed.reason)
      // What held it back has ended meanwhile: the next minute tells.
      else if (notifications.length > 0) quiet.set(id, 'maintenance')
    },
  }
}
