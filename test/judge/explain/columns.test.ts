import { describe, expect, it } from 'vitest'
import { type ColumnFinding, explainColumns } from '../../../src/judge/explain/columns.ts'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import type { Finding } from '../../../src/model/window.ts'

const T = Date.UTC(2026, 2, 5, 13, 2)
const broken = (column: string, message: string): Finding => ({
  kind: 'violation',
  path: `/${column}`,
  keyword: 'enum',
  message,
})
const empty = (column: string): Finding => ({ kind: 'unfilled', path: `/${column}`, keyword: '', message: '' })

function explained(findings: readonly ColumnFinding[], more: { bad?: number; rowsBefore?: number } = {}) {
  return explainColumns({
    kind: 'validity',
    startedAt: T,
    until: T + HOUR,
    rows: 1_200,
    bad: 100,
    rowsBefore: 2_400,
    lookedBack: 2 * HOUR,
    findings,
    timezone: 'Europe/Berlin',
    ...more,
  })
}

describe('the columns that make rows bad', () => {
  it('are named with their checks, since when, and how many rows beside before', () => {
    const { cause, words } = explained([
      { finding: broken('amount', 'below 0'), count: 6, first: T + 20 * MINUTE, before: 12 },
      { finding: broken('currency', 'not one of EUR, USD'), count: 96, first: T, before: 0 },
    ])
    expect(words).toEqual([
      '96 % of the bad rows are bad in `currency`',
      'since 14:02',
      '`currency`: not one of EUR, USD, in 96 of 1,200 rows since 14:02; in none of 2,400 in the 2h before',
      '`amount`: below 0, in 6 of 1,200 rows since 14:22; in 12 of 2,400 in the 2h before',
    ])
    expect(cause).toMatchObject({ dimension: 'column', value: 'currency', shareOfBad: 0.96, shareOfAll: 0.08 })
    expect(cause?.lift).toBeCloseTo(12)
  })

  it('are those that rose, where rows are bad in several at once', () => {
    const always = { finding: broken('amount', 'below 0'), count: 90, first: T, before: 180 }
    const lately = { finding: broken('currency', 'not one of EUR, USD'), count: 80, first: T, before: 0 }
    expect(explained([always, lately]).cause?.value).toBe('currency')
    expect(explained([always]).cause?.value).toBe('amount')
  })

  it('are none where the rows are bad in different ones', () => {
    const findings = ['a', 'b', 'c'].map((column) => ({
      finding: broken(column, 'below 0'),
      count: 34,
      first: T,
      before: 0,
    }))
    const { cause, words } = explained(findings)
    expect(cause).toBeNull()
    expect(words[0]).toBe('the bad rows are bad in different columns: none of them stands out')
  })

  it('are none where two rows are bad, and say nothing of before where there were no rows', () => {
    const finding = { finding: broken('amount', 'below 0'), count: 2, first: T, before: 0 }
    const { cause, words } = explained([finding], { bad: 2, rowsBefore: 0 })
    expect(cause).toBeNull()
    expect(words).toEqual(['since 14:02', '`amount`: below 0, in 2 of 1,200 rows since 14:02'])
  })

  it('are told of completeness by what is not filled', () => {
    const { cause, words } = explainColumns({
      kind: 'completeness',
      startedAt: T,
      until: T + HOUR,
      rows: 60,
      bad: 30,
      rowsBefore: 0,
      lookedBack: 2 * HOUR,
      findings: [
        { finding: broken('amount', 'below 0'), count: 60, first: T, before: 0 },
        { finding: empty('email'), count: 30, first: T, before: 0 },
      ],
      timezone: 'UTC',
    })
    expect(cause?.value).toBe('email')
    expect(words.at(-1)).toBe('`email`: not filled, in 30 of 60 rows since 13:02')
  })
})
