import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenFamily, type FamilyCount, familySentence } from '../../../src/judge/explain/new-family.ts'

const count = (platform: string, version: string | null, own: number, others: number): FamilyCount => {
  return { platform, family: version === null ? null : `${platform}+${version}`, own, others }
}

/** A week ago everything went as it should: an order with every second other record. */
const BEFORE = [count('ios', '4.2', 500, 1_000), count('web', '7.1', 1_000, 2_000)]
const WEB = count('web', '7.1', 100, 200)

describe('a family of versions that was broken from its first record on', () => {
  it('is named with what it should have sent', () => {
    const broken = brokenFamily(BEFORE, [count('ios', '4.2', 50, 100), count('ios', '4.3', 2, 160), WEB])
    expect(broken).toMatchObject({
      cause: { dimension: 'platform+app_version', value: 'ios+4.3', shareOfBad: 1 },
      sent: 2,
      expected: 80,
    })
    expect(broken?.cause.shareOfAll).toBeCloseTo(80 / 230)
    expect(broken === null ? null : familySentence('Order Completed', broken)).toBe(
      'ios 4.3 sent 2 of the 80 Order Completed that its other records call for; other versions go on',
    )
  })

  it.each<[string, readonly FamilyCount[], readonly FamilyCount[]]>([
    ['it sends half of them', BEFORE, [count('ios', '4.2', 50, 100), count('ios', '4.3', 45, 160), WEB]],
    [
      'the rest of its platform lacks them as well',
      BEFORE,
      [count('ios', '4.2', 10, 100), count('ios', '4.3', 0, 160), WEB],
    ],
    [
      'the rest of its platform is too little to tell',
      BEFORE,
      [count('ios', '4.2', 5, 10), count('ios', '4.3', 0, 400), WEB],
    ],
    ['too few are expected of it', BEFORE, [count('ios', '4.2', 500, 1_000), count('ios', '4.3', 0, 30), WEB]],
    [
      'most is missing elsewhere',
      BEFORE,
      [count('ios', '4.2', 50, 100), count('ios', '4.3', 0, 160), count('web', '7.1', 20, 400)],
    ],
    [
      'it never sent them, and was there',
      [...BEFORE, count('ios', '4.3', 0, 600)],
      [count('ios', '4.2', 50, 100), count('ios', '4.3', 0, 160), WEB],
    ],
    ['its versions aren’t known', BEFORE, [count('ios', '4.2', 50, 100), count('ios', null, 0, 160), WEB]],
    ['nothing is known of before', [], [count('ios', '4.2', 50, 100), count('ios', '4.3', 0, 160), WEB]],
    ['nothing comes', BEFORE, []],
  ])('is none where %s', (_, before, now) => {
    expect(brokenFamily(before, now)).toBeNull()
  })

  it('doesn’t depend on the order of counts, and is always a share', () => {
    const counts = fc.uniqueArray(
      fc
        .tuple(fc.constantFrom('ios', 'web'), fc.constantFrom('4.1', '4.2', '4.3', null), fc.nat(300), fc.nat(600))
        .map((each) => count(...each)),
      { selector: ({ platform, family }) => `${platform} ${family}`, maxLength: 8 },
    )
    fc.assert(
      fc.property(counts, counts, (before, now) => {
        const found = brokenFamily(before, now)
        const again = brokenFamily(before.toReversed(), now.toReversed())
        expect(again?.cause.value).toBe(found?.cause.value)
        if (found === null) return
        for (const share of [found.cause.shareOfBad, found.cause.shareOfAll]) {
          expect(share).toBeGreaterThan(0)
          expect(share).toBeLessThanOrEqual(1 + 1e-9)
        }
        expect(found.sent).toBeLessThan(found.expected)
      }),
    )
  })
})
