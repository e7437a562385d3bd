import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/judge/explain/explain.ts'
import { clockTime, exampleSentence, findingSentences } from '../../../src/judge/explain/words.ts'
import type { SliKind } from '../../../src/model/sli.ts'
import type { Facet, Finding } from '../../../src/model/window.ts'

const ANDROID: Facet = { platform: 'android', appVersion: '4.3.0', library: null, partition: null }
const OLD: Facet = { ...ANDROID, appVersion: '4.2.0' }
const IOS: Facet = { ...ANDROID, platform: 'ios' }
const violation = (path: string, message: string): Finding => ({ kind: 'violation', path, keyword: 'type', message })

function words(kind: SliKind, bad: readonly number[]): readonly string[] {
  return explain({
    kind,
    event: 'Order Completed',
    startedAt: Date.UTC(2026, 2, 5, 13, 2),
    until: Date.UTC(2026, 2, 5, 15, 0),
    facets: [
      { source: 'web', facet: ANDROID, bad: bad[0] ?? 0, all: 110 },
      { source: 'web', facet: OLD, bad: bad[1] ?? 0, all: 290 },
      { source: 'web', facet: IOS, bad: bad[2] ?? 0, all: 600 },
    ],
    before: [],
    findings: [
      { finding: violation('/revenue', 'string instead of number'), count: 94 },
      { finding: { kind: 'unplanned_property', path: '/extra', keyword: '', message: '' }, count: 400 },
    ],
    example: '{"revenue":\n  "12.50"}',
    timezone: 'Europe/Berlin',
  }).words
}

describe('the words of an explanation', () => {
  it('say where from, since when by the workspace’s clock, what is wrong, and show one', () => {
    expect(words('validity', [94, 2, 4])).toEqual([
      '94 % of the violations come from android 4.3.0, which is 11 % of the traffic',
      'since 14:02',
      '`revenue`: string instead of number',
      'for example {"revenue": "12.50"}',
    ])
  })
  it('say so when nothing stands out', () => {
    expect(words('validity', [11, 29, 60])[0]).toBe('the violations are spread like the traffic: nothing stands out')
  })
  it('call what is bad by its name, and show violations only where they matter', () => {
    expect(words('uniqueness', [94, 2, 4]).slice(0, 3)).toEqual([
      '94 % of the duplicates come from android 4.3.0, which is 11 % of the traffic',
      'since 14:02',
      'for example {"revenue": "12.50"}',
    ])
  })
})

describe('findings', () => {
  it('leave out properties with a fill goal of their own', () => {
    const unfilled = (path: string): Finding => ({ kind: 'unfilled', path, keyword: '', message: '' })
    const { words: said } = explain({
      kind: 'completeness',
      event: 'Order Completed',
      startedAt: 0,
      until: 1,
      facets: [],
      before: [],
      findings: [
        { finding: unfilled('/coupon_code'), count: 540 },
        { finding: unfilled('/cart_id'), count: 180 },
      ],
      apart: ['/coupon_code'],
      example: null,
      timezone: 'UTC',
    })
    expect(said.slice(2)).toEqual(['`cart_id`: not filled'])
  })
  it('come most frequent first, counted where there are several, three at most', () => {
    const findings = ['/a', '/b/0/~1c', '/d', ''].map((path, index) => ({
      finding: violation(path, 'missing'),
      count: index + 1,
    }))
    expect(findingSentences('validity', findings)).toEqual([
      '`the whole record`: missing (4 times)',
      '`d`: missing (3 times)',
      '`b.0./c`: missing (2 times)',
    ])
  })
  it('of completeness are unfilled properties', () => {
    const finding: Finding = { kind: 'unfilled', path: '/cart_id', keyword: '', message: '' }
    expect(findingSentences('completeness', [{ finding, count: 3 }])).toEqual(['`cart_id`: not filled'])
    expect(findingSentences('validity', [{ finding, count: 3 }])).toEqual([])
  })
})

describe('times and examples', () => {
  const midnight = Date.UTC(2026, 2, 5, 0, 10)
  it('name the day where it is another one', () => {
    expect(clockTime(Date.UTC(2026, 2, 4, 23, 58), midnight, 'UTC')).toBe('4 Mar 23:58')
    expect(clockTime(Date.UTC(2026, 2, 5, 0, 1), midnight, 'UTC')).toBe('00:01')
  })
  it('are cut between characters', () => {
    const cut = exampleSentence('😀'.repeat(1_000))
    expect(cut.isWellFormed()).toBe(true)
    expect([...cut]).toHaveLength('for example '.length + 401)
  })
})
