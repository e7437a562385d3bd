import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import type { Verdict } from '../../../src/model/verdict.ts'
import { createRunsDue, type DueRun, type Told } from '../../../src/report/lineage/due.ts'
import { verdictOf } from '../../serve/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const NOON = Date.UTC(2026, 0, 15, 12)
const verdict = (slo: string, at: number, outcome: Verdict['outcome'] = 'met', event = 'Order'): Verdict =>
  verdictOf(sloPlan({ name: slo, event }), {
    at,
    outcome,
    reason: outcome === 'not_evaluated' ? 'ingest_behind' : null,
  })
const said = (runs: readonly DueRun[]) =>
  runs.map(({ event, at, reason, changed }) => [event, (at - NOON) / MINUTE, reason, changed.join()])

describe('a run is due', () => {
  it('at the first verdict, at each change of outcome, and once an hour', () => {
    const due = createRunsDue(new Map())
    expect(said(due.take([verdict('a', NOON + MINUTE), verdict('b', NOON + MINUTE)]))).toEqual([
      ['Order', 1, 'outcome_changed', 'a,b'],
    ])
    // The reason or a row changed, the outcome didn't.
    expect(said(due.take([verdict('a', NOON + 2 * MINUTE)]))).toEqual([])
    expect(said(due.take([verdict('b', NOON + 3 * MINUTE, 'violated')]))).toEqual([
      ['Order', 3, 'outcome_changed', 'b'],
    ])
    expect(said(due.take([verdict('a', NOON + HOUR), verdict('b', NOON + HOUR, 'violated')]))).toEqual([
      ['Order', 60, 'hour', ''],
    ])
  })

  it('once an hour though its SLOs come to the hour one after another', () => {
    const due = createRunsDue(new Map())
    due.take([verdict('a', NOON - MINUTE), verdict('b', NOON - MINUTE)])
    expect(said(due.take([verdict('a', NOON)]))).toEqual([['Order', 0, 'hour', '']])
    expect(said(due.take([verdict('b', NOON)]))).toEqual([])
    expect(said(due.take([verdict('a', NOON + HOUR)]))).toHaveLength(1)
  })

  it('for each event of its own', () => {
    const due = createRunsDue(new Map())
    expect(said(due.take([verdict('a', NOON), verdict('z', NOON, 'met', 'Cart')]))).toEqual([
      ['Order', 0, 'outcome_changed', 'a'],
      ['Cart', 0, 'outcome_changed', 'z'],
    ])
  })

  it('with the newest verdict of every SLO of its event', () => {
    const due = createRunsDue(new Map())
    due.take([verdict('a', NOON), verdict('b', NOON)])
    const [run] = due.take([verdict('b', NOON + MINUTE, 'violated')])
    expect([...(run?.verdicts ?? [])].map(([slo, { at, outcome }]) => [slo, at, outcome])).toEqual([
      ['a', NOON, 'met'],
      ['b', NOON + MINUTE, 'violated'],
    ])
  })

  it('when a standstill blinds an SLO, and when it sees again', () => {
    const due = createRunsDue(new Map())
    due.take([verdict('a', NOON)])
    const blind = [verdict('a', NOON, 'not_evaluated')]
    expect(said(due.compare(blind, NOON + 9 * MINUTE))).toEqual([['Order', 9, 'outcome_changed', 'a']])
    expect(said(due.compare(blind, NOON + 10 * MINUTE))).toEqual([])
    // Nothing is written down where it is again what it was before.
    expect(said(due.compare([verdict('a', NOON + 11 * MINUTE)], NOON + 12 * MINUTE))).toEqual([
      ['Order', 11, 'outcome_changed', 'a'],
    ])
  })

  it('not again after a restart, but for what was not told', () => {
    const lines = [
      verdict('a', NOON),
      verdict('b', NOON),
      verdict('a', NOON + MINUTE, 'violated'),
      verdict('a', NOON + 2 * MINUTE),
      verdict('a', NOON + HOUR),
      verdict('b', NOON + HOUR),
    ]
    const all = createRunsDue(new Map()).take(lines)
    expect(all).toHaveLength(4)
    for (let told = 0; told <= all.length; told += 1) {
      const known = new Map<string, Told>()
      for (const { tells } of all.slice(0, told)) for (const [slo, what] of tells) known.set(slo, what)
      const again = createRunsDue(known).take(lines)
      expect(said(again)).toEqual(said(all.slice(told)))
    }
  })
})
