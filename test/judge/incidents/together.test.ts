import { describe, expect, it } from 'vitest'
import { explainTogether } from '../../../src/judge/explain/together.ts'
import { type ChangedIncident, createIncidentBook } from '../../../src/judge/incidents/book.ts'
import type { OpenIncident } from '../../../src/judge/incidents/tracking.ts'
import { createStanding, type Standing } from '../../../src/judge/slo/standing.ts'
import type { StandingAlarm } from '../../../src/judge/volume/reading.ts'
import type { Aspect } from '../../../src/judge/volume/watched.ts'
import { seriesName } from '../../../src/judge/volume/watched.ts'
import { HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5)
const EVENTS = ['Cart Viewed', 'Checkout Started', 'Order Completed']
const slug = (event: string) => `${event.toLowerCase().replaceAll(' ', '-')}-volume`

interface Moved {
  readonly event: string
  /** In hours after the start. */
  readonly from: number
  readonly until?: number
  readonly direction?: 'up' | 'down'
  readonly aspect?: Aspect
  readonly value?: string
}

function alarmOf({ event, from, direction = 'down', aspect = 'total', value }: Moved): StandingAlarm {
  const series = {
    event,
    source: null,
    aspect,
    value: value ?? null,
    name: seriesName({ event, source: null }, aspect, value),
  }
  const [openedAt, kind] = [START + from * HOUR, aspect === 'total' ? ('volume' as const) : ('share' as const)]
  const counts =
    aspect === 'total'
      ? { observed: 50, expected: 100, lower: 80, upper: 120 }
      : { observed: 0.1, expected: 0.4, lower: 0.3, upper: 0.5 }
  return { alarm: { series: series.name, kind, direction, openedAt, closedAt: null, ...counts }, series }
}

/** Judges hours of events of one domain, whose volume moves as it is told. */
function world(moved: readonly Moved[], restored: readonly OpenIncident[] = [], from = 0) {
  const standings = EVENTS.map((event) =>
    createStanding(sloPlan({ name: slug(event), event, kind: 'volume', minTotal: 0 }), START + from * HOUR),
  )
  const clipped: string[] = []
  const book = createIncidentBook({
    environment: 'production',
    restored,
    resolved: [],
    standingsOf: (event) =>
      standings.filter(({ slo }) => slo.event === event).map((standing) => noting(standing, clipped)),
    affectedBy: (event) => [{ kind: 'event', name: event }],
  })
  const changes: (ChangedIncident & { hour: number })[] = []
  function hours(until: number): void {
    for (let minute = from * 60; minute < until * 60; minute++) {
      const at: Instant = START + (minute + 1) * MINUTE
      const judged = standings.map((standing) => {
        const end = Math.floor(at / HOUR) * HOUR
        const alarms = moved
          .filter(
            ({ event, from: begun, until: over = 1e9 }) =>
              event === standing.slo.event && begun * HOUR + START <= at && at < START + over * HOUR,
          )
          .map(alarmOf)
        const facts = { observed: true, observedFrom: START, notEvaluated: null, volume: { end, counts: true, alarms } }
        return { standing, judgement: standing.judge(facts) }
      })
      changes.push(...book.take(at, judged).map((change) => ({ ...change, hour: (minute + 1) / 60 })))
    }
  }
  return { book, changes, hours, clipped }
}

function noting(standing: Standing, clipped: string[]): Standing {
  const clip = (at: Instant): void => {
    clipped.push(standing.slo.event)
    standing.clip(at)
  }
  return { ...standing, clip }
}

const shape = (changes: readonly (ChangedIncident & { hour: number })[]) =>
  changes.map(({ change, hour, incident }) => [hour, change, incident.events ?? [incident.event]])

describe('volumes of a domain that move together', () => {
  it('are not one incident where an archive tells of days before it', () => {
    const today = world([{ event: 'Checkout Started', from: 100 }], [], 99)
    today.hours(101)
    const archive = world([{ event: 'Order Completed', from: 0 }], today.book.open())
    archive.hours(0.1)
    expect(shape(archive.changes).map(([, change, events]) => [change, events])).toEqual([
      ['opened', ['Order Completed']],
    ])
  })

  it('ended with the last hour that had an alarm, not with the minute in which it was known to be over', () => {
    const { changes, hours } = world([
      { event: 'Cart Viewed', from: 10, until: 14 },
      { event: 'Order Completed', from: 30.5, until: 30.75 },
    ])
    hours(32)
    const resolved = changes.filter(({ change }) => change === 'resolved').map(({ incident }) => incident)
    // The hour until 13:00 is the last with an alarm; one from inside an hour was over before it was.
    expect(resolved.map(({ endedAt }) => ((endedAt ?? 0) - START) / MINUTE)).toEqual([13 * 60 - 1, 30.5 * 60 - 1])
  })

  it('are one incident, which others join for three hours', () => {
    const { changes, hours, book } = world([
      { event: 'Checkout Started', from: 1 },
      { event: 'Order Completed', from: 1 },
      { event: 'Cart Viewed', from: 3 },
    ])
    hours(5)
    expect(shape(changes)).toEqual([
      [1, 'opened', ['Checkout Started']],
      [1, 'joined', ['Checkout Started', 'Order Completed']],
      [3, 'joined', ['Checkout Started', 'Order Completed', 'Cart Viewed']],
    ])
    const [open] = book.open()
    expect(open?.incident).toMatchObject({
      event: 'Checkout Started',
      slos: ['checkout-started-volume', 'order-completed-volume', 'cart-viewed-volume'],
      affected: [{ name: 'Checkout Started' }, { name: 'Order Completed' }, { name: 'Cart Viewed' }],
      openedAt: START + HOUR,
    })
  })

  it.each<[string, Moved, Moved]>([
    ['later than that', { event: 'Cart Viewed', from: 1 }, { event: 'Order Completed', from: 5 }],
    ['the other way', { event: 'Cart Viewed', from: 1 }, { event: 'Order Completed', from: 1, direction: 'up' }],
    [
      'on different platforms',
      { event: 'Cart Viewed', from: 1, aspect: 'platform', value: 'ios' },
      { event: 'Order Completed', from: 1, aspect: 'platform', value: 'web' },
    ],
    [
      'in how many of them are bad',
      { event: 'Cart Viewed', from: 1 },
      { event: 'Order Completed', from: 1, aspect: 'invalid', direction: 'up' },
    ],
  ])('are two where they move %s', (_, one, other) => {
    const { changes, hours } = world([one, other])
    hours(7)
    expect(changes.map(({ change }) => change)).toEqual(['opened', 'opened'])
  })

  it('resolve together when all are calm, all clipped; the next is a new one', () => {
    const { changes, hours, clipped } = world([
      { event: 'Cart Viewed', from: 1, until: 2 },
      { event: 'Order Completed', from: 1, until: 4 },
      { event: 'Order Completed', from: 6 },
    ])
    hours(7)
    expect(shape(changes)).toEqual([
      [1, 'opened', ['Cart Viewed']],
      [1, 'joined', ['Cart Viewed', 'Order Completed']],
      [4 + 14 / 60, 'resolved', ['Cart Viewed', 'Order Completed']],
      [6, 'opened', ['Order Completed']],
    ])
    expect(clipped.sort()).toEqual(['Cart Viewed', 'Order Completed'])
  })

  it('go on as one after a restart', () => {
    const moved = [
      { event: 'Cart Viewed', from: 1 },
      { event: 'Order Completed', from: 1 },
    ]
    const before = world(moved)
    before.hours(2)
    const stored = structuredClone(before.book.open()) as readonly OpenIncident[]
    const after = world([...moved, { event: 'Checkout Started', from: 3 }], stored, 2)
    after.hours(4)
    expect(shape(after.changes)).toEqual([[3, 'joined', ['Cart Viewed', 'Order Completed', 'Checkout Started']]])
  })

  it('a share of bad records that outlasts its event’s incident doesn’t open another', () => {
    const { changes, hours } = world([
      { event: 'Cart Viewed', from: 1, until: 2 },
      { event: 'Cart Viewed', from: 1, until: 9, aspect: 'invalid', direction: 'up' },
      // Of the hour in which it resolved.
      { event: 'Cart Viewed', from: 3, until: 5, aspect: 'incomplete', direction: 'up' },
      { event: 'Cart Viewed', from: 7, until: 9, aspect: 'duplicates', direction: 'up' },
    ])
    hours(8)
    expect(changes.map(({ change, hour }) => [change, hour])).toEqual([
      ['opened', 1],
      ['resolved', 2 + 14 / 60],
      ['opened', 7],
    ])
  })
})

describe('what is said of them', () => {
  const node = { domain: 'checkout', watched: 4 }
  const at = START + 2 * HOUR

  it('names the domain and how much of each is missing', () => {
    const movers = EVENTS.slice(0, 2).map((event) => ({ event, alarms: [alarmOf({ event, from: 1 })] }))
    const { cause, words } = explainTogether(movers, node, at, 'UTC')
    expect(cause).toBeNull()
    expect(words[0]).toBe('checkout: 2 of 4 watched events moved together: Cart Viewed −50 %, Checkout Started −50 %')
    expect(words[1]).toMatch(/^Cart Viewed: records: 50 \(100 expected, 80 to 120 ordinary\), since /)
  })

  it('names the platform that they lost', () => {
    const movers = EVENTS.slice(0, 2).map((event) => ({
      event,
      alarms: [alarmOf({ event, from: 1, aspect: 'platform', value: 'web' })],
    }))
    const { cause, words } = explainTogether(movers, node, at, 'UTC')
    expect(cause).toMatchObject({ dimension: 'platform', value: 'web', shareOfAll: 0.4 })
    expect(words[0]).toBe(
      'checkout on web: 2 of 4 watched events moved together: Cart Viewed −75 % of web’s share, Checkout Started −75 % of web’s share',
    )
  })
})
