import { describe, expect, it } from 'vitest'
import { type ChangedIncident, createIncidentBook } from '../../../src/judge/incidents/book.ts'
import type { OpenIncident } from '../../../src/judge/incidents/tracking.ts'
import { createStanding, type MinuteJudgement } from '../../../src/judge/slo/standing.ts'
import type { Movement } from '../../../src/judge/volume/movement.ts'
import type { SliKind } from '../../../src/model/sli.ts'
import { HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5)
const DOWN: Movement = { direction: 'down', total: true, platforms: [] }

/** Of one SLO: that it fires from one minute to another. */
interface Fires {
  readonly event: string
  readonly kind: SliKind
  readonly from: number
  readonly until?: number
  /** Left out: how its records moved isn't known. */
  readonly movement?: Movement
  readonly firing?: 'page' | 'ticket'
}

const nameOf = ({ event, kind }: Pick<Fires, 'event' | 'kind'>) => `${event.toLowerCase()}-${kind}`

/** Judges minutes of events of one domain. Each SLO that is told of is judged in every minute. */
function world(fires: readonly Fires[], restored: readonly OpenIncident[] = [], from = 0) {
  const clipped: string[] = []
  const standings = [...new Map(fires.map((each) => [nameOf(each), each])).values()]
    .map(({ event, kind }) => {
      const plan = sloPlan({ name: nameOf({ event, kind }), event, kind, minTotal: 0 })
      const standing = createStanding(plan, START + from * MINUTE)
      return { ...standing, clip: (at: Instant) => clipped.push(`${plan.name} ${(at - START) / MINUTE}`) }
    })
    .sort((a, b) => (a.slo.name < b.slo.name ? -1 : 1))
  const book = createIncidentBook({
    environment: 'production',
    restored,
    resolved: [],
    standingsOf: (event) => standings.filter(({ slo }) => slo.event === event),
    affectedBy: (event) => [{ kind: 'event', name: event }],
  })
  const changes: (ChangedIncident & { minute: number })[] = []
  function minutes(until: number): void {
    for (let minute = from + 1; minute <= until; minute++) {
      const at = START + minute * MINUTE
      const judged = standings.map((standing) => {
        const now = fires.find(
          (each) => nameOf(each) === standing.slo.name && minute >= each.from && minute < (each.until ?? 1e9),
        )
        const plain = standing.judge({ observed: true, observedFrom: START, notEvaluated: null })
        const firing = now === undefined ? null : (now.firing ?? 'page')
        const judgement: MinuteJudgement = {
          ...plain,
          verdict: { ...plain.verdict, firing },
          holds: true,
          bad: now !== undefined,
          movement: now?.movement ?? null,
        }
        return { standing, judgement }
      })
      changes.push(...book.take(at, judged).map((change) => ({ ...change, minute })))
    }
  }
  return { book, changes, minutes, clipped }
}

const shape = (changes: readonly (ChangedIncident & { minute: number })[]) =>
  changes.map(({ change, minute, incident }) => [minute, change, incident.events ?? [incident.event], incident.slos])

describe('a silence that is known before the volume alarm', () => {
  it('is one incident with it, and with what moved together', () => {
    const { changes, minutes } = world([
      { event: 'A', kind: 'freshness', from: 31, movement: DOWN },
      { event: 'B', kind: 'freshness', from: 40, movement: DOWN },
      { event: 'A', kind: 'volume', from: 60, movement: DOWN },
      { event: 'C', kind: 'volume', from: 60, movement: DOWN },
    ])
    minutes(70)
    expect(shape(changes)).toEqual([
      [31, 'opened', ['A'], ['a-freshness']],
      [40, 'joined', ['A', 'B'], ['a-freshness', 'b-freshness']],
      [60, 'joined', ['A', 'B'], ['a-freshness', 'b-freshness', 'a-volume']],
      [60, 'joined', ['A', 'B', 'C'], ['a-freshness', 'b-freshness', 'a-volume', 'c-volume']],
    ])
  })

  it('joins the incident of the alarm that was first', () => {
    const { changes, minutes } = world([
      { event: 'A', kind: 'volume', from: 10, movement: DOWN },
      { event: 'A', kind: 'freshness', from: 31, movement: DOWN },
      { event: 'B', kind: 'freshness', from: 40, movement: DOWN },
    ])
    minutes(41)
    expect(shape(changes).at(-1)).toEqual([40, 'joined', ['A', 'B'], ['a-volume', 'a-freshness', 'b-freshness']])
  })

  it('of events whose volume is still being learnt are incidents of their own, until an alarm says how they moved', () => {
    const { changes, minutes } = world([
      { event: 'A', kind: 'freshness', from: 31 },
      { event: 'B', kind: 'freshness', from: 31 },
      { event: 'A', kind: 'volume', from: 60, movement: DOWN },
      { event: 'C', kind: 'volume', from: 61, movement: DOWN },
    ])
    minutes(62)
    expect(shape(changes)).toEqual([
      [31, 'opened', ['A'], ['a-freshness']],
      [31, 'opened', ['B'], ['b-freshness']],
      [60, 'joined', ['A'], ['a-freshness', 'a-volume']],
      [61, 'joined', ['A', 'C'], ['a-freshness', 'a-volume', 'c-volume']],
    ])
  })

  it.each<[string, Fires]>([
    ['another event’s bad records', { event: 'B', kind: 'validity', from: 40 }],
    ['more of another event', { event: 'B', kind: 'volume', from: 40, movement: { ...DOWN, direction: 'up' } }],
    ['a silence of four hours later', { event: 'B', kind: 'freshness', from: 31 + 240, movement: DOWN }],
  ])('does not swallow %s', (_, other) => {
    const { changes, minutes } = world([{ event: 'A', kind: 'freshness', from: 31, movement: DOWN }, other])
    minutes(300)
    expect(changes.map(({ change }) => change)).toEqual(['opened', 'opened'])
  })
})

describe('an event that moved together with others', () => {
  const moved: readonly Fires[] = [
    { event: 'A', kind: 'volume', from: 10, until: 100, movement: DOWN },
    { event: 'B', kind: 'volume', from: 10, until: 60, movement: DOWN },
    { event: 'B', kind: 'validity', from: 70, until: 200 },
    { event: 'B', kind: 'freshness', from: 80, until: 90, movement: DOWN },
  ]
  const told = [
    [10, 'opened', ['A'], ['a-volume']],
    [10, 'joined', ['A', 'B'], ['a-volume', 'b-volume']],
    [70, 'opened', ['B'], ['b-validity']],
    [80, 'joined', ['A', 'B'], ['a-volume', 'b-volume', 'b-freshness']],
    [114, 'resolved', ['A', 'B'], ['a-volume', 'b-volume', 'b-freshness']],
    [214, 'resolved', ['B'], ['b-validity']],
  ]

  it('has an incident of its own for what is wrong with its records, which outlasts the other', () => {
    const { changes, minutes, clipped } = world(moved)
    minutes(300)
    expect(shape(changes)).toEqual(told)
    // What is still followed isn't clipped with the first.
    expect(clipped).toEqual([
      'a-volume 114',
      'b-freshness 114',
      'b-volume 114',
      'b-freshness 214',
      'b-validity 214',
      'b-volume 214',
    ])
  })

  it('goes on so after a restart', () => {
    for (const stop of [50, 75, 85, 150]) {
      const before = world(moved)
      before.minutes(stop)
      const stored = structuredClone(before.book.open()) as readonly OpenIncident[]
      const after = world(moved, stored, stop)
      after.minutes(300)
      expect([...shape(before.changes), ...shape(after.changes)]).toEqual(told)
    }
  })

  it('joins the incident that stands for it already, whatever that began with', () => {
    const { changes, minutes } = world([
      { event: 'B', kind: 'validity', from: 5 },
      { event: 'A', kind: 'volume', from: 60, movement: DOWN },
      { event: 'B', kind: 'volume', from: 60, movement: DOWN },
      { event: 'C', kind: 'volume', from: 60, movement: DOWN },
    ])
    minutes(61)
    expect(shape(changes)).toEqual([
      [5, 'opened', ['B'], ['b-validity']],
      [60, 'opened', ['A'], ['a-volume']],
      [60, 'joined', ['B'], ['b-validity', 'b-volume']],
      [60, 'joined', ['A', 'C'], ['a-volume', 'c-volume']],
    ])
    expect(changes[1]?.incident.startedAt).toBe(START + HOUR - HOUR)
  })
})
