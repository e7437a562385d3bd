import { decide } from '../../alert/decide.ts'
import type { RoutesConfig } from '../../alert/config.ts'
import { type Labels, labelsOf } from '../../alert/labels.ts'
import type { Notification, Told } from '../../alert/notification.ts'
import type { AlertChange } from '../../alert/decide.ts'
import type { AlertFacts } from '../../alert/facts.ts'
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
}

export function createTelling(routes: RoutesConfig, restored: ReadonlyMap<string, ReadonlyMap<string, Told>>): Telling {
  const told = new Map([...restored].map(([incident, by]) => [incident, new Map(by)]))
  const heldBack = new Set<string>()

  return {
    tell: (change, at, facts, others) => {
      const { incident } = facts.involved
      const before = told.get(incident.id) ?? new Map<string, Told>()
      const labels: readonly Labels[] = others.map((other) => labelsOf(other.involved))
      const { notifications, suppressed } = decide(change, { facts, routes, told: before, others: labels })
      for (const { receiver, action, severity } of notifications) before.set(receiver, { action, severity, at })
      if (incident.resolvedAt === null) told.set(incident.id, before)
      else told.delete(incident.id)
      const entries: TimelineEntry[] = []
      if (notifications.length > 0) {
        heldBack.delete(incident.id)
        const receivers = notifications.map(({ receiver, action }) => `${receiver} (${action})`).join(', ')
        entries.push({ at, what: 'notified', text: `written for ${receivers}` })
      } else if (suppressed !== null && !heldBack.has(incident.id)) {
        heldBack.add(incident.id)
        entries.push({ at, what: 'notified', text: suppressed.text })
      }
      if (incident.resolvedAt !== null) heldBack.delete(incident.id)
      return {
        incident: {
          ...incident,
          notifications: incident.notifications + notifications.length,
          timeline: [...incident.timeline, ...entries],
        },
        notifications,
      }
    },
    isHeldBack: (incident) => heldBack.has(incident),
  }
}
