import { describe, expect, it } from 'vitest'
import { contractFor, readAppVersion } from '../../src/plan/match.ts'
import { planned } from '../support/project.ts'

const versions: Record<string, string | null> = {
  '4.3.1': '4.3.1',
  '4.3': '4.3.0',
  '4': '4.0.0',
  'v4.2': '4.2.0',
  '4.2.0.1234': '4.2.0',
  '4.2.0-beta.1': '4.2.0',
  '4.2.0+build.7': '4.2.0',
  '4.3 (512)': '4.3.0',
  '2026.11.21': '2026.11.21',
  '': null,
  beta: null,
  'app 4.3': null,
  '3fa85f64': null,
  '-1': null,
  '99999999999999999999.1': null,
}

/** The versions of a contract, by number, with the range from which each applies. */
function event(...ranges: (string | null)[]) {
  const list = ranges.map((range, index) => {
    const from = range === null ? '' : `, applies_from: { app_version: "${range}" }`
    return `  - { version: ${index + 1}, schema: {}${from} }`
  })
  const text = `event: Order Completed\nversions:\n${list.join('\n')}\n`
  const found = planned({ 'rules/domains/checkout/events/order_completed.yaml': text }).events.get('Order Completed')
  if (found === undefined) throw new Error('no such event')
  return found
}

const cases: Record<string, { ranges: (string | null)[]; app: string | null; then: number }> = {
  'the highest whose range holds': { ranges: [null, '>=4.2.0', '>=5.0.0'], app: '4.3.0', then: 2 },
  'exactly at the start of a range': { ranges: [null, '>=4.2.0'], app: '4.2', then: 2 },
  'below every range, the one that has none': { ranges: [null, '>=4.2.0'], app: '4.1.9', then: 1 },
  'one without a range holds for all': { ranges: ['>=4.2.0', null], app: '4.3.0', then: 2 },
  'none holds: the lowest': { ranges: ['>=4.0.0', '>=5.0.0'], app: '3.9', then: 1 },
  'no app version: the highest without a range': { ranges: [null, null, '>=4.2.0'], app: null, then: 2 },
  'no app version and every one with a range: the highest': { ranges: ['>=4.0.0', '>=5.0.0'], app: null, then: 2 },
  'a version that is none is no version': { ranges: [null, '>=4.2.0'], app: 'beta', then: 1 },
  'a pre-release counts as its release': { ranges: [null, '>=4.2.0'], app: '4.2.0-beta.3', then: 2 },
}

describe('the contract of a record', () => {
  it.each(Object.entries(versions))('app version %j is %j', (text, then) => {
    expect(readAppVersion(text)).toBe(then)
  })

  it.each(Object.entries(cases))('%s', (_name, { ranges, app, then }) => {
    expect(contractFor(event(...ranges), app).version).toBe(then)
  })

  it('knows its own range, as written', () => {
    const [first, second] = event(null, '>=4.2.0').versions
    expect([first?.appliesFrom, second?.appliesFrom]).toEqual([null, '>=4.2.0'])
    expect([first?.applies(null), second?.applies(null), second?.applies('4.2'), second?.applies('x')]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })
})
