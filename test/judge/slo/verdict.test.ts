import { describe, expect, it } from 'vitest'
import { pagingBound, sampledInterval } from '../../../src/judge/slo/interval.ts'
import { burnRows } from '../../../src/judge/slo/rows.ts'
import { createStanding } from '../../../src/judge/slo/standing.ts'
import type { SliKind } from '../../../src/model/sli.ts'
import { DAY, HOUR, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const FACTS = { observed: true, observedFrom: 0, notEvaluated: null } as const
const START = Date.UTC(2026, 0, 5, 0, 0)

const CLEAN = 720

/** Minutes of total failure, after clean hours, until a page row is true. `spacing`: minutes from one record to the next. */
function minutesToPage(objective: number, perMinute: number, spacing = 1): number {
  const slo = sloPlan({ objective })
  const standing = createStanding(slo, START)
  for (let minute = 0; minute < CLEAN + 120; minute++) {
    const received = minute % spacing === spacing - 1 || perMinute > 1 ? perMinute : 0
    const invalid = minute >= CLEAN ? received : 0
    standing.setMinute('web', START + minute * MINUTE, { ...emptyCounts(), received, invalid })
    if (standing.judge(FACTS).verdict.firing === 'page') return minute - CLEAN + 1
  }
  return Number.POSITIVE_INFINITY
}

describe('how soon a total failure pages after clean hours', () => {
  it.each([
    [0.99, 11, 15],
    [0.995, 6, 9],
    [0.999, 2, 4],
  ])('at %d: after %d min with 10 records a minute, %d with one', (objective, atTen, atOne) => {
    expect(minutesToPage(objective, 10)).toBe(atTen)
    expect(minutesToPage(objective, 1)).toBe(atOne)
  })

  it.each([0.99, 0.995, 0.999])('at %d: after 30 min with six records an hour', (objective) => {
    expect(minutesToPage(objective, 1, 10)).toBe(30)
  })

  it('never with two bad records, however few there are', () => {
    const standing = createStanding(sloPlan({ objective: 0.999 }), START)
    for (let minute = 0; minute < 120; minute++) {
      const bad = minute === 30 || minute === 31 ? 1 : 0
      standing.setMinute('web', START + minute * MINUTE, { ...emptyCounts(), received: bad, invalid: bad })
      expect(standing.judge(FACTS).verdict.firing).toBeNull()
    }
  })
})

describe('burn rows', () => {
  it('are the workbook’s for 30 days', () => {
    expect(burnRows(30 * DAY, 0.999).rows.map((row) => row.threshold)).toEqual([14.4, 6, 3, 1])
  })
  it('take Sloth’s shares for 7 days, and never fall below burn 1', () => {
    expect(burnRows(7 * DAY, 0.999).rows.map((row) => row.threshold)).toEqual([13.44, 3.5, 1.4, 1])
  })
  it('leave out what no error ratio can reach', () => {
    const { rows, impossible } = burnRows(30 * DAY, 0.9)
    expect(rows.map((row) => row.threshold)).toEqual([6, 3, 1])
    expect(impossible.map((row) => row.threshold)).toEqual([14.4])
  })
})

describe('intervals', () => {
  it('are a point when every record was validated', () => {
    expect(sampledInterval(97, 100, 100)).toEqual({ lower: 0.97, upper: 0.97 })
  })
  it('are Wilson’s for a small sample of many', () => {
    const interval = sampledInterval(97, 100, 1e9)
    expect(interval?.lower).toBeCloseTo(0.9155, 4)
    expect(interval?.upper).toBeCloseTo(0.9897, 4)
  })
  it('bound what is beyond doubt from below', () => {
    expect(pagingBound(0, 50)).toBe(0)
    expect(pagingBound(10, 10)).toBeCloseTo(1 / (1 + 2.3263 ** 2 / 10), 6)
  })
})

describe('outcomes', () => {
  const cases: Record<
    string,
    { objective: number; bad: number; total: number; kind?: SliKind; then: [string, string | null] }
  > = {
    'exactly at the objective is met': { objective: 0.999, bad: 1, total: 1000, then: ['met', null] },
    'just below it is violated': { objective: 0.999, bad: 2, total: 1000, then: ['violated', null] },
    'fewer than min_total records say nothing, even all bad': {
      objective: 0.99,
      bad: 19,
      total: 19,
      then: ['insufficient_data', 'too_few_records'],
    },
    'no record is not evaluated': { objective: 0.99, bad: 0, total: 0, then: ['not_evaluated', 'no_data'] },
    'a duplicate found is real while the horizon warms': {
      objective: 0.99,
      bad: 5,
      total: 100,
      kind: 'uniqueness',
      then: ['violated', null],
    },
    'none found means nothing while it warms': {
      objective: 0.99,
      bad: 0,
      total: 100,
      kind: 'uniqueness',
      then: ['not_evaluated', 'warming'],
    },
    'volume is learning': { objective: 0.99, bad: 0, total: 100, kind: 'volume', then: ['not_evaluated', 'learning'] },
  }
  it.each(Object.entries(cases))('%s', (_, { objective, bad, total, kind = 'validity', then }) => {
    const standing = createStanding(sloPlan({ objective, kind }), START)
    const counts = { ...emptyCounts(), received: total, invalid: bad, identified: total, duplicates: bad }
    standing.setMinute('web', START, counts)
    const { verdict } = standing.judge({ ...FACTS, observedFrom: START })
    expect([verdict.outcome, verdict.reason]).toEqual(then)
  })
})

describe('freshness', () => {
  const freshness = (source: string | null) =>
    sloPlan({ kind: 'freshness', source, maxAge: 10 * MINUTE, minTotal: 0, objective: 0.99 })
  const arrival = (at: number) => ({ ...emptyCounts(), received: 1, lastArrival: at })

  it('calls an age of exactly max_age bad, one of a millisecond less good', () => {
    for (const [offset, mark] of [
      [0, '-'],
      [1, '+'],
    ] as const) {
      const standing = createStanding(freshness('web'), START)
      standing.setMinute('web', START, arrival(START + offset))
      const marks = Array.from({ length: 10 }, () => standing.judge({ ...FACTS, observedFrom: START }).mark)
      expect(marks.at(-1)).toBe(mark)
    }
  })

  it('counts an event never seen as bad once its named source was observed for max_age', () => {
    const standing = createStanding(freshness('web'), START)
    const marks = Array.from({ length: 12 }, () => standing.judge({ ...FACTS, observedFrom: START }))
    expect(marks.map(({ mark }) => mark).join('')).toBe('.........---')
    expect(marks.at(-1)?.verdict).toMatchObject({ good: 0, total: 3, reason: 'never_seen' })
  })

  it('does not judge an event never seen that names no source', () => {
    const standing = createStanding(freshness(null), START)
    expect(standing.judge({ ...FACTS, observedFrom: START }).verdict).toMatchObject({
      outcome: 'not_evaluated',
      reason: 'never_seen',
    })
  })

  it('leaves unobserved minutes out of good and total', () => {
    const standing = createStanding(freshness('web'), START)
    standing.setMinute('web', START, arrival(START + 1))
    standing.judge(FACTS)
    for (let minute = 0; minute < 60; minute++) standing.judge({ ...FACTS, observed: false })
    expect(standing.judge({ ...FACTS, observed: false }).verdict).toMatchObject({ good: 1, total: 1 })
  })

  it('divides bad minutes by the whole window of a row, so that one after a start is no burn of 1/1', () => {
    const standing = createStanding(freshness('web'), START)
    for (let minute = 0; minute < 10; minute++) standing.judge({ ...FACTS, observedFrom: START })
    const { verdict } = standing.judge({ ...FACTS, observedFrom: START })
    expect(verdict.burn['1h']).toBeCloseTo(2 / 60 / 0.01, 9)
    expect(verdict.burn['3d']).toBeCloseTo(2 / 4320 / 0.01, 9)
  })

  it('runs max_age on active time only', () => {
    const active = { days: [0, 1, 2, 3, 4, 5, 6], from: 8 * 60, to: 22 * 60, timezone: 'UTC' }
    const standing = createStanding({ ...freshness('web'), active }, START + 21 * HOUR + 55 * MINUTE)
    standing.setMinute('web', START + 21 * HOUR + 55 * MINUTE, arrival(START + 21 * HOUR + 55 * MINUTE))
    const marks = Array.from({ length: 5 + 600 + 8 }, () => standing.judge(FACTS).mark).join('')
    expect(marks.slice(0, 5)).toBe('+++++')
    expect(marks.slice(5, 605)).toBe('.'.repeat(600))
    expect(marks.slice(605)).toBe('++++----')
  })
})
