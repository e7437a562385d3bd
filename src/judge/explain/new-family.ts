import type { Cause } from '../../model/incident.ts'

/** What one family of app versions on one platform sent in a stretch of time. */
export interface FamilyCount {
  readonly platform: string
  /** `ios+4.2`; null: its versions aren't known. */
  readonly family: string | null
  /** Records of the event. */
  readonly own: number
  /** Records of the other events of its domain, of which none moved. */
  readonly others: number
}

/** A family that never sent what it should, and what that would have been. */
export interface BrokenFamily {
  readonly cause: Cause
  readonly sent: number
  readonly expected: number
}

/** So many records must be expected of a family, and of the rest of its platform, for their lack to say something. */
const LEAST = 20
/** A family that sends less than this part of what is expected of it lacks records; a platform's rest that sends more than that goes on. */
const LACKS = 0.5
const GOES_ON = 0.75
/** It is the cause if this much of what is missing is missing there. */
const MOST = 0.8
/** A family is new if its part of the platform was a quarter of what it is, or less. */
const GROWN = 4

/**
 * The family that is to blame where an event's records are fewer and a release came between: one that was broken from its first record on
 * has no ordinary share that could fall, so that only its platform shows. What each should send is taken from what the platform's records of
 * the other events of the domain were accompanied by `before`. Null where no family alone explains it, or the rest of its platform lacks
 * records as well.
 */
export function brokenFamily(before: readonly FamilyCount[], now: readonly FamilyCount[]): BrokenFamily | null {
  const found = [...Map.groupBy(now, ({ platform }) => platform)].flatMap(([platform, families]) => {
    const earlier = before.filter((each) => each.platform === platform)
    const pace = sum(earlier, 'own') / sum(earlier, 'others')
    if (!(pace > 0) || !Number.isFinite(pace)) return []
    return families.map((count) => ({
      ...count,
      expected: pace * count.others,
      isNew: isNew(count, earlier, families),
      rest: families.filter((other) => other !== count).map(({ own, others }) => ({ own, expected: pace * others })),
    }))
  })
  const lacking = found.map(({ own, expected }) => Math.max(0, expected - own))
  const missing = lacking.reduce((all, each) => all + each, 0)
  const [worst] = found.toSorted((a, b) => b.expected - b.own - (a.expected - a.own))
  if (worst === undefined || worst.family === null || !worst.isNew) return null
  const { own, expected, family, rest } = worst
  if (expected < LEAST || own > LACKS * expected || expected - own < MOST * missing) return null
  const restExpected = rest.reduce((all, each) => all + each.expected, 0)
  const restSent = rest.reduce((all, each) => all + each.own, 0)
  if (restExpected < LEAST || restSent < GOES_ON * restExpected) return null
  const shareOfBad = (expected - own) / missing
  const shareOfAll = expected / found.reduce((all, each) => all + each.expected, 0)
  const cause = {
    dimension: 'platform+app_version',
    value: family,
    shareOfBad,
    shareOfAll,
    lift: shareOfBad / shareOfAll,
  }
  return { cause, sent: own, expected }
}

/** `ios 4.3 sent 0 of the 140 Order Completed that its other records call for; other versions go on` */
export function familySentence(event: string, { cause, sent, expected }: BrokenFamily): string {
  const amount = (value: number) => Math.round(value).toLocaleString('en-US')
  return `${cause.value.replace('+', ' ')} sent ${amount(sent)} of the ${amount(expected)} ${event} that its other records call for; other versions go on`
}

function isNew({ family, others }: FamilyCount, before: readonly FamilyCount[], now: readonly FamilyCount[]): boolean {
  const earlier = before.find((each) => each.family === family)?.others ?? 0
  return (earlier / sum(before, 'others')) * GROWN <= others / sum(now, 'others')
}

function sum(counts: readonly FamilyCount[], of: 'own' | 'others'): number {
  return counts.reduce((all, each) => all + each[of], 0)
}
