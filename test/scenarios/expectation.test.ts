import { describe, expect, it } from 'vitest'
import { differences, type Expectation, type Outputs } from './expectation.ts'

const outputs: Outputs = {
  exit: 0,
  verdicts: [{ at: '1', slo: 'a', good: 2, burn: { '1h': 1.6666667 } }],
  incidents: [{ id: 'x', slos: ['a', 'b'] }],
  notifications: [],
  quarantine: [{ violations: [{ path: '/a', keyword: 'type' }] }],
  metrics: '# HELP m\nm{a="1",b="2"} 3\nm{a="1",b="3"} 4\nm_more{a="1"} 9\n',
}
const matching: Expectation = {
  exit: 0,
  verdicts: [{ at: '1', slo: 'a', burn: { '1h': 1.666667 } }],
  verdict_count: [{ slo: 'a', count: 1 }],
  incidents: [{ slos: ['a', 'b'] }],
  notifications: [],
  quarantine: 1,
  quarantine_entries: [{ violations: [{ path: '/a' }] }],
  metrics: [{ name: 'm', labels: { a: '1' }, value: 7 }],
}

describe('what was worked out by hand', () => {
  it('is found where it is', () => {
    expect(differences(matching, outputs)).toEqual([])
  })
  const wrong: Record<string, Partial<Expectation>> = {
    'another exit code': { exit: 1 },
    'another number': { verdicts: [{ at: '1', slo: 'a', burn: { '1h': 1.66667 } }] },
    'a verdict that was not written': { verdicts: [{ at: '2', slo: 'a' }] },
    'null for a number': { verdicts: [{ at: '1', slo: 'a', good: null }] },
    'another count of verdicts': { verdict_count: [{ slo: 'a', count: 2 }] },
    'an incident too few': { incidents: [] },
    'an incident too many': { incidents: [{ id: 'x' }, { id: 'x' }] },
    'another order of SLOs': { incidents: [{ slos: ['b', 'a'] }] },
    'a notification that was not sent': { notifications: [{ action: 'trigger' }] },
    'another count of quarantined records': { quarantine: 2 },
    'another violation': { quarantine_entries: [{ violations: [{ path: '/b' }] }] },
    'another metric': { metrics: [{ name: 'm', labels: { a: '1', b: '2' }, value: 4 }] },
  }
  it.each(Object.entries(wrong))('%s is a difference', (_, part) => {
    expect(differences({ ...matching, ...part }, outputs)).toHaveLength(1)
  })
})
