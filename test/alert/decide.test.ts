import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AlertChange, decide, dueReason } from '../../src/alert/decide.ts'
import { labelsOf } from '../../src/alert/labels.ts'
import { collapse, dedupKey, type NotificationAction, type Told } from '../../src/alert/notification.ts'
import type { Incident } from '../../src/model/incident.ts'
import type { Severity } from '../../src/model/sli.ts'
import { MINUTE } from '../../src/model/time.ts'
import { factsOf, NOON, notificationOf, routesOf } from './sample.ts'

const ROUTES = routesOf([
  { match: { severity: 'page', domain: 'checkout' }, to: ['pager', 'chat'] },
  { match: { severity: 'ticket' }, to: ['chat'] },
])

function told(entries: Record<string, [NotificationAction, Severity]>): ReadonlyMap<string, Told> {
  return new Map(
    Object.entries(entries).map(([name, [action, severity]]) => [name, { action, severity, at: NOON - MINUTE }]),
  )
}

function decided(change: AlertChange, incident: Partial<Incident>, before: ReadonlyMap<string, Told> = new Map()) {
  return decide(change, { facts: factsOf(incident), routes: ROUTES, told: before, others: [] })
}

const RESOLVED = { resolvedAt: NOON, endedAt: NOON - 15 * MINUTE, resolution: 'recovered' } as const

describe('what is written for whom', () => {
  const cases: Record<
    string,
    { change: AlertChange; incident?: Partial<Incident>; before?: ReadonlyMap<string, Told>; then: string[] }
  > = {
    'an incident that opens triggers the receivers of its route': {
      change: 'opened',
      then: ['pager trigger opened', 'chat trigger opened'],
    },
    'a raise triggers who is newly matched and updates who was told': {
      change: 'raised',
      before: told({ chat: ['trigger', 'ticket'] }),
      then: ['pager trigger newly_matched', 'chat update raised'],
    },
    'a raise updates who was told though the new route leaves them out': {
      change: 'raised',
      before: told({ desk: ['trigger', 'ticket'] }),
      then: ['pager trigger newly_matched', 'chat trigger newly_matched', 'desk update raised'],
    },
    'a join keeps quiet': { change: 'joined', before: told({ chat: ['trigger', 'page'] }), then: [] },
    'a join keeps quiet even where its route names someone new': { change: 'joined', then: [] },
    'a resolve goes to all that were told, and only those': {
      change: 'resolved',
      incident: RESOLVED,
      before: told({ chat: ['update', 'page'], desk: ['trigger', 'ticket'] }),
      then: ['chat resolve resolved', 'desk resolve resolved'],
    },
    'a resolve by hand is a resolve': {
      change: 'manual',
      incident: { ...RESOLVED, resolution: 'manual' },
      before: told({ pager: ['trigger', 'page'] }),
      then: ['pager resolve resolved'],
    },
    'nobody was told of the opening: nobody is told of the end': { change: 'resolved', incident: RESOLVED, then: [] },
    'who was told of the end is not told again': {
      change: 'resolved',
      incident: RESOLVED,
      before: told({ pager: ['resolve', 'page'], chat: ['note', 'info'] }),
      then: [],
    },
    'nothing is said twice of an incident that goes on': {
      change: 'reconsidered',
      before: told({ pager: ['trigger', 'page'], chat: ['trigger', 'page'] }),
      then: [],
    },
  }
  it.each(Object.entries(cases))('%s', (_, { change, incident = {}, before, then }) => {
    const { notifications, suppressed } = decided(change, incident, before)
    expect(notifications.map(({ receiver, action, reason }) => `${receiver} ${action} ${reason}`)).toEqual(then)
    expect(suppressed).toBeNull()
  })

  it('says that nobody is told where no route matches', () => {
    const { notifications, suppressed } = decided('opened', { severity: 'info' })
    expect(notifications).toEqual([])
    expect(suppressed?.reason).toBe('no_route')
  })

  it('names a regression', () => {
    const { notifications } = decided('opened', { regressionOf: 'inc_aaaaaaaaaaaa' })
    expect(notifications[0]?.message.facts).toContainEqual({
      label: 'Regression of',
      text: 'inc_aaaaaaaaaaaa, which resolved within the last 7 days',
    })
  })
})

describe('what holds a notification back', () => {
  const window = {
    match: { domain: 'checkout' },
    from: '2026-10-05T11:00:00Z',
    to: '2026-10-05T12:00:00Z',
    reason: 'move',
  }
  const routes = routesOf(ROUTES.routes as { to: string[] }[], { maintenance: [window] })

  it('a maintenance window, and says which', () => {
    const decision = decide('opened', { facts: factsOf(), routes, told: new Map(), others: [] })
    expect(decision.notifications).toEqual([])
    expect(decision.suppressed).toEqual({
      reason: 'maintenance',
      text: 'maintenance until 2026-10-05T12:00:00.000Z: move',
    })
  })

  it('not once the window has ended: an incident that is still open is told then', () => {
    const at = Date.parse(window.to)
    const context = { facts: factsOf({}, { at }), routes, told: new Map(), others: [] }
    expect(decide('reconsidered', context).notifications.map(({ action }) => action)).toEqual(['trigger', 'trigger'])
  })

  it('never a resolve', () => {
    const before = told({ pager: ['trigger', 'page'] })
    const decision = decide('resolved', { facts: factsOf(RESOLVED), routes, told: before, others: [] })
    expect(decision.notifications.map(({ action }) => action)).toEqual(['resolve'])
  })

  it('a raise that was held back is told as one when the window ends', () => {
    const before = told({ chat: ['trigger', 'ticket'] })
    const within = decide('raised', { facts: factsOf(), routes, told: before, others: [] })
    expect(within.suppressed?.reason).toBe('maintenance')
    const after = decide('reconsidered', {
      facts: factsOf({}, { at: Date.parse(window.to) }),
      routes,
      told: before,
      others: [],
    })
    expect(after.notifications.map(({ receiver, action }) => `${receiver} ${action}`)).toEqual([
      'pager trigger',
      'chat update',
    ])
  })

  it('an incident that inhibits it', () => {
    const inhibited = routesOf([{ to: ['chat'] }], {
      inhibitions: [{ source: { kind: 'ingest_behind' }, target: { severity: ['page', 'ticket'] }, equal: [] }],
    })
    const behind = factsOf({ event: null, domain: 'assay', slos: [] }, { slos: [], event: null, domain: null })
    const others = [labelsOf(behind.involved)]
    const decision = decide('opened', { facts: factsOf(), routes: inhibited, told: new Map(), others })
    expect(decision.suppressed?.reason).toBe('inhibited')
  })
})

describe('laws', () => {
  const severity = fc.constantFrom<Severity>('page', 'ticket', 'info')
  const step = fc.record({ severity, resolved: fc.boolean(), matched: fc.boolean() })

  it('whatever happens, a receiver hears a trigger first, no trigger twice, and its end at most once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let before: Told | null = null
        const heard: string[] = []
        for (const { severity, resolved, matched } of steps) {
          const incident = { severity, resolvedAt: resolved ? NOON : null }
          const reason = dueReason(before, incident, matched, 'told')
          if (reason === null) continue
          const action = reason === 'resolved' ? 'resolve' : reason === 'raised' ? 'update' : 'trigger'
          heard.push(action)
          before = { action, severity, at: NOON }
        }
        expect(heard.indexOf('trigger')).toBe(heard.length === 0 ? -1 : 0)
        expect(heard.filter((action) => action === 'trigger').length).toBeLessThanOrEqual(1)
        const end = heard.indexOf('resolve')
        expect(end === -1 || end === heard.length - 1).toBe(true)
      }),
    )
  })
})

describe('an unsent trigger whose resolve is due', () => {
  const trigger = notificationOf({ action: 'trigger' })
  const update = notificationOf({ action: 'update', reason: 'raised' })
  const resolve = notificationOf({ action: 'resolve', reason: 'resolved' })

  it('becomes one note for information, under the same key', () => {
    for (const pending of [[trigger], [trigger, update]]) {
      expect(collapse(pending, resolve)).toMatchObject({
        action: 'note',
        reason: 'resolved_before_sent',
        severity: 'info',
        dedupKey: trigger.dedupKey,
      })
    }
  })

  it('leaves the resolve where the trigger was sent', () => {
    expect(collapse([], resolve)).toBe(resolve)
    expect(collapse([update], resolve)).toBe(resolve)
  })
})

describe('the dedup key', () => {
  it('holds the environment and fits PagerDuty whatever its length', () => {
    expect(dedupKey('production', 'inc_1')).not.toBe(dedupKey('staging', 'inc_1'))
    const [a, b] = [dedupKey(`${'x'.repeat(400)}a`, 'inc_1'), dedupKey(`${'x'.repeat(400)}b`, 'inc_1')]
    expect(a).not.toBe(b)
    expect(a.length).toBeLessThanOrEqual(255)
  })
})
