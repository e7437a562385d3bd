import { describe, expect, it } from 'vitest'
import { explainVolume } from '../../../src/judge/explain/volume.ts'
import { type Fault, rolloutShop, SHOP_START, toldOf, WEEK } from './rollout-shop.ts'
import { THOROUGH } from '../../support/thorough.ts'

const WEEKS = 6
/** A seed costs seconds: more of them where everything is required. */
const SEEDS = THOROUGH ? [1, 2, 3, 4] : [1]
/** A Monday morning. */
const BROKEN = (WEEKS - 1) * WEEK + 9

const told = (seed: number, fault?: Fault) =>
  toldOf(rolloutShop(seed, WEEKS, fault)).filter(({ alarm }) => alarm.kind !== 'drift')
const since = (seed: number, fault: Fault) => told(seed, fault).filter(({ hour }) => hour >= BROKEN)

describe('in a domain whose apps release all the time', () => {
  it('rollouts alarm nobody: what is false stays within the budget', () => {
    const all = SEEDS.flatMap((seed) => told(seed))
    expect(all.length).toBeLessThanOrEqual(SEEDS.length * WEEKS)
    expect(
      all.filter(({ series }) => series.aspect === 'family' || series.aspect === 'domain').length,
    ).toBeLessThanOrEqual(SEEDS.length / 2)
  })

  it('an event that loses a quarter while the whole site swings is found by its share of the domain', () => {
    const found = SEEDS.flatMap((seed) =>
      since(seed, ({ event, hour }) => (event === 'B' && hour >= BROKEN ? 0.75 : 1)).filter(
        ({ series, hour }) => series.aspect === 'domain' && series.event === 'B' && hour < BROKEN + 24,
      ),
    )
    expect(found.length).toBeGreaterThanOrEqual(SEEDS.length * 0.75)
    expect(found.every(({ alarm }) => alarm.direction === 'down')).toBe(true)
  })

  describe('an event that is new in its domain', () => {
    const BEGUN = 4 * WEEK + 31
    /** What is told of B, by hours since it began. */
    const ofNew = (seed: number, shape: (age: number) => number) => {
      const hours = rolloutShop(seed, WEEKS, ({ event, hour }) =>
        event !== 'B' ? 1 : hour < BEGUN ? 0 : shape(hour - BEGUN),
      )
      const begun = hours.map((events, hour) => events.filter(({ event }) => event !== 'B' || hour > BEGUN))
      return toldOf(begun).filter(
        ({ series, alarm, hour }) => series.event === 'B' && alarm.kind !== 'drift' && hour >= BEGUN,
      )
    }

    it('borrows its domain’s season: the loss of a half in its third day is found that day', () => {
      const found = SEEDS.filter((seed) =>
        ofNew(seed, (age) => (age >= 53 ? 0.5 : 1)).some(
          ({ series, hour }) => series.aspect === 'domain' && hour - BEGUN < 53 + 24,
        ),
      )
      expect(found.length).toBeGreaterThanOrEqual(SEEDS.length * 0.75)
    })

    const COMING: readonly [string, (age: number) => number][] = [
      ['over five days', (age) => Math.min(1, (age + 4) / 120)],
      ['at once', () => 1],
      ['with a burst', (age) => 0.4 + 0.6 * Math.exp(-age / 48)],
    ]
    it.each(THOROUGH ? COMING : COMING.slice(0, 1))(
      'alarms nobody when it comes %s (two more with ASSAY_REQUIRE=all)',
      (_, shape) => {
        expect(SEEDS.flatMap((seed) => ofNew(seed, shape))).toEqual([])
      },
    )
  })

  it('a family of versions that stops sending most of an event is named', () => {
    const broken: Fault = ({ event, platform, newest, hour }) =>
      event === 'B' && platform === 'ios' && newest && hour >= BROKEN ? 0.2 : 1
    const found = since(1, broken).filter(({ hour }) => hour < BROKEN + 24)
    expect(found.map(({ series }) => series.event)).toContain('B')
    const { cause } = explainVolume(
      found.filter(({ series }) => series.event === 'B'),
      SHOP_START,
      'UTC',
    )
    expect(cause).toMatchObject({ dimension: 'platform+app_version', value: expect.stringMatching(/^ios\+4\.\d$/) })
  })

  it.each([
    ['three times as many', 3],
    ['none', 0],
  ])('%s of one event for six hours: nobody else is blamed, then or after', (_, factor) => {
    for (const seed of SEEDS) {
      const found = since(seed, ({ event, hour }) =>
        event === 'A' && hour >= BROKEN && hour < BROKEN + 6 ? factor : 1,
      )
      const days = found.filter(({ hour }) => hour < BROKEN + 6 * 24)
      expect(days.some(({ series, hour }) => series.name === 'A' && hour === BROKEN)).toBe(true)
      const blamed = days.filter(({ series }) => series.aspect === 'family' || series.aspect === 'domain')
      expect(blamed.filter(({ series }) => series.event !== 'A')).toEqual([])
      expect(blamed.filter(({ hour }) => hour >= BROKEN + 6)).toEqual([])
    }
  })
})
