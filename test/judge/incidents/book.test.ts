import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type ChangedIncident, createIncidentBook, type IncidentBook } from '../../../src/judge/incidents/book.ts'
import { burnRows } from '../../../src/judge/slo/rows.ts'
import { createStanding, type Standing } from '../../../src/judge/slo/standing.ts'
import { DAY, HOUR, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import type { SloPlan } from '../../../src/plan/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5)
const FACTS = { observed: true, observedFrom: START, notEvaluated: null } as const

interface Minute {
  readonly received?: number
  readonly invalid?: number
  readonly incomplete?: number
}

/** A world of one event whose SLOs see the same minutes. */
function world(slos: readonly SloPlan[]) {
  const standings = slos.map((slo) => createStanding(slo, START)).sort((a, b) => (a.slo.name < b.slo.name ? -1 : 1))
  const book: IncidentBook = createIncidentBook({
    environment: 'production',
    restored: [],
    resolved: [],
    standingsOf: () => standings,
    affectedBy: (event) => [{ kind: 'event', name: event }],
  })
  let at = START
  const changes: (ChangedIncident & { at: number })[] = []
  const minutes = (count: number, { received = 10, invalid = 0, incomplete = 0 }: Minute = {}): void => {
    for (let minute = 0; minute < count; minute++) {
      const counts = { ...emptyCounts(), received, invalid, incomplete, lastArrival: received > 0 ? at + 1 : 0 }
      const judged = standings.map((standing: Standing) => {
        standing.setMinute('web', at, counts)
        return { standing, judgement: standing.judge(FACTS) }
      })
      at += MINUTE
      changes.push(...book.take(at, judged).map((change) => ({ ...change, at })))
    }
  }
  return { minutes, changes, book, at: () => at }
}

const CLEAN = 12 * 60
/** The fastest page row alone: with all four, a ticket opens the incident first and the page raises it. */
const PAGE_ROW = burnRows(30 * DAY, 0.99).rows.filter(({ long }) => long === HOUR)
const paging = (given: Partial<SloPlan> = {}) => sloPlan({ rows: PAGE_ROW, ...given })

describe('an incident', () => {
  it('opens at the first minute at which a row is true, and knows when the badness began', () => {
    const { minutes, changes } = world([paging()])
    minutes(CLEAN)
    minutes(11, { invalid: 10 })
    expect(changes).toHaveLength(1)
    const opened = changes[0]
    expect(opened?.change).toBe('opened')
    // 99 % at 10 records a minute: 11 minutes of total failure (SEMANTICS 4).
    expect(opened?.incident.openedAt).toBe(START + (CLEAN + 11) * MINUTE)
    expect(opened?.incident.startedAt).toBe(START + CLEAN * MINUTE)
    expect(opened?.incident.severity).toBe('page')
  })

  it('has an id that anyone can work out', () => {
    const { minutes, changes } = world([paging()])
    minutes(CLEAN)
    minutes(11, { invalid: 10 })
    const openedAt = new Date(START + (CLEAN + 11) * MINUTE).toISOString()
    const text = `production\ncheckout\norder-completed-validity\n${openedAt}`
    expect(changes[0]?.incident.id).toBe(`inc_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`)
  })

  it('resolves at the 15th minute with a record in which no page row was true; minutes without records are skipped', () => {
    const { minutes, changes, at } = world([paging()])
    minutes(CLEAN)
    minutes(11, { invalid: 10 })
    // The row is true until the fifth good minute; of that one and two more, none is among the 30 empty ones.
    minutes(7)
    minutes(30, { received: 0 })
    minutes(11)
    expect(changes).toHaveLength(1)
    minutes(1)
    const done = changes.at(-1)
    expect(done?.change).toBe('resolved')
    expect(done?.incident.resolvedAt).toBe(at())
    expect(done?.incident.endedAt).toBe(START + (CLEAN + 10) * MINUTE)
    expect(done?.incident.resolution).toBe('recovered')
  })

  it('takes 15 record-holding minutes from the first without a true row', () => {
    const { minutes, changes } = world([paging()])
    minutes(CLEAN)
    minutes(11, { invalid: 10 })
    // Bad of the last 5 minutes after n good ones: (5 - n) / 5 > 14.4 % until n = 5.
    minutes(5 - 1)
    minutes(14)
    expect(changes).toHaveLength(1)
    minutes(1)
    expect(changes.at(-1)?.change).toBe('resolved')
    expect(changes.at(-1)?.incident.resolvedAt).toBe(START + (CLEAN + 11 + 4 + 15) * MINUTE)
  })

  it('starts its rows anew after a resolve: what burnt before does not open it again', () => {
    const { minutes, changes } = world([paging()])
    minutes(CLEAN)
    minutes(60, { invalid: 10 })
    minutes(6 * 60)
    expect(changes.map(({ change }) => change)).toEqual(['opened', 'resolved'])
  })

  it('is a regression when the same first SLO breaks again within a week of the resolve', () => {
    const { minutes, changes } = world([paging()])
    minutes(CLEAN)
    minutes(20, { invalid: 10 })
    minutes(CLEAN)
    minutes(20, { invalid: 10 })
    expect(changes.map(({ change }) => change)).toEqual(['opened', 'resolved', 'opened'])
    expect(changes[2]?.incident.regressionOf).toBe(changes[0]?.incident.id)
    expect(changes[2]?.incident.id).not.toBe(changes[0]?.incident.id)
  })

  it('is one for all SLOs of its event', () => {
    const validity = paging({ name: 'b-validity' })
    const completeness = paging({ name: 'a-completeness', kind: 'completeness' })
    const { minutes, changes } = world([validity, completeness])
    minutes(CLEAN)
    minutes(11, { invalid: 10, incomplete: 10 })
    expect(changes.map(({ change }) => change)).toEqual(['opened', 'joined'])
    expect(changes[1]?.incident.slos).toEqual(['a-completeness', 'b-validity'])
    expect(changes[1]?.incident.id).toBe(changes[0]?.incident.id)
  })

  it('caps its severity at the SLO’s', () => {
    const { minutes, changes } = world([paging({ severity: 'info' })])
    minutes(CLEAN)
    minutes(11, { invalid: 10 })
    expect(changes[0]?.incident.severity).toBe('info')
  })

  it('is raised by a higher row, and keeps id and opened_at', () => {
    const { minutes, changes } = world([sloPlan()])
    minutes(CLEAN * 2)
    // 5 % bad is burn 5: over the ticket row's 3, under the pages' 6 and 14.4.
    for (let index = 0; index < CLEAN; index++) minutes(1, { received: 100, invalid: 5 })
    expect(changes.map(({ change }) => change)).toEqual(['opened'])
    expect(changes[0]?.incident.severity).toBe('ticket')
    minutes(60, { received: 100, invalid: 100 })
    expect(changes.map(({ change }) => change)).toEqual(['opened', 'raised'])
    expect(changes[1]?.incident).toMatchObject({
      id: changes[0]?.incident.id,
      openedAt: changes[0]?.incident.openedAt,
      severity: 'page',
    })
  })

  it('looks back over a gap of fewer than 15 good minutes for its start, not over a longer one', () => {
    for (const [gap, started] of [
      [14, CLEAN],
      [15, CLEAN + 1 + 15],
    ] as const) {
      const { minutes, changes } = world([paging()])
      minutes(CLEAN)
      minutes(1, { invalid: 10 })
      minutes(gap)
      minutes(20, { invalid: 10 })
      expect(changes[0]?.incident.startedAt).toBe(START + started * MINUTE)
    }
  })

  it('stays open without records, says so, and is given up after a week', () => {
    const { minutes, changes, book } = world([paging()])
    minutes(CLEAN)
    minutes(11, { invalid: 10 })
    minutes(20, { received: 0 })
    expect(book.open()[0]?.incident.noData).toBe(true)
    minutes((7 * DAY - HOUR) / MINUTE, { received: 0 })
    expect(book.open()).toHaveLength(1)
    minutes(60, { received: 0 })
    expect(changes.at(-1)?.incident.resolution).toBe('no_data')
  })
})
