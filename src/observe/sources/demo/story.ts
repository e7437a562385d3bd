import { HOUR, type Instant, MINUTE } from '../../../model/time.ts'
import type { Platform, Rollout } from './clients.ts'

/** The story is told anew after this many minutes. */
export const CYCLE_MINUTES = (6 * HOUR) / MINUTE

export type FaultKind = 'wrong_type' | 'unfilled' | 'silent' | 'repeated' | 'missing' | 'fewer'

/** Something that goes wrong in the shop, in minutes of the story. An end past the cycle lies in the next one. */
export interface Fault {
  readonly name: string
  readonly kind: FaultKind
  readonly event: string
  readonly from: number
  readonly until: number
  /** What an explanation should name; null: it happens everywhere. */
  readonly dimension: 'platform' | 'app_version' | 'platform+app_version' | null
  readonly value: string | null
  /** Whose messages are bad: of this platform and, where given, this version. */
  readonly client: { readonly platform: Platform; readonly version: string | null } | null
  /** The property that is wrong. */
  readonly property: string | null
  /** Versions that go out when it begins and are taken back when it ends. */
  readonly rollouts: readonly Rollout[]
}

/** In which order things go wrong. The last is still so when the story ends: it goes on into the next telling. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'a release sends revenue as text',
    kind: 'wrong_type',
    event: 'Order Completed',
    from: 60,
    until: 105,
    dimension: 'platform+app_version',
    value: 'android+4.3.0',
    client: { platform: 'android', version: '4.3.0' },
    property: 'revenue',
    // The same version is well on the other platform: neither alone is the cause.
    rollouts: [
      { platform: 'android', version: '4.3.0', share: 0.55 },
      { platform: 'ios', version: '4.3.0', share: 0.55 },
    ],
  },
  {
    name: 'the cart is no longer named',
    kind: 'unfilled',
    event: 'Checkout Started',
    from: 125,
    until: 165,
    dimension: 'platform',
    value: 'ios',
    client: { platform: 'ios', version: null },
    property: 'cart_id',
    rollouts: [],
  },
  {
    name: 'nobody signs up',
    kind: 'silent',
    event: 'Signed Up',
    from: 190,
    until: 235,
    dimension: null,
    value: null,
    client: null,
    property: null,
    rollouts: [],
  },
  {
    name: 'logins are sent again and again',
    kind: 'repeated',
    event: 'Logged In',
    from: 262,
    until: 290,
    dimension: 'platform',
    value: 'web',
    client: { platform: 'web', version: null },
    property: null,
    rollouts: [],
  },
  {
    name: 'a release forgets the campaign',
    kind: 'missing',
    event: 'Campaign Clicked',
    from: 330,
    until: 380,
    dimension: 'app_version',
    value: '7.9.0',
    client: { platform: 'web', version: '7.9.0' },
    property: 'campaign_id',
    rollouts: [{ platform: 'web', version: '7.9.0', share: 0.7 }],
  },
]

/** So long before and after a fault its event is without blemish: the fault's first and last minute are the first and last bad ones. */
const CALM_BEFORE = 25
const CALM_AFTER = 60

/** What is wrong in one minute of the story. */
export interface Chapter {
  readonly faults: readonly { readonly fault: Fault; readonly isFirst: boolean }[]
  readonly rollouts: readonly Rollout[]
  /** Events that make no mistakes of their own now. */
  readonly calm: ReadonlySet<string>
}

const NOTHING_WRONG: Chapter = { faults: [], rollouts: [], calm: new Set() }
const chapters = new Map<number, Chapter>()

/** The chapter of a minute, counted from the story's start. `faults`: false for a shop in which all goes well. */
export function chapterOf(minute: number, faults: boolean): Chapter {
  if (!faults) return NOTHING_WRONG
  // The first telling has no end of one before it.
  const key = minute < CYCLE_MINUTES ? minute : CYCLE_MINUTES + (minute % CYCLE_MINUTES)
  const known = chapters.get(key)
  if (known !== undefined) return known
  const chapter = write(key)
  chapters.set(key, chapter)
  return chapter
}

function write(minute: number): Chapter {
  const since = (fault: Fault): number => {
    const inCycle = (minute % CYCLE_MINUTES) - fault.from
    return inCycle < 0 && minute >= CYCLE_MINUTES ? inCycle + CYCLE_MINUTES : inCycle
  }
  const running = FAULTS.filter((fault) => since(fault) >= 0 && since(fault) < fault.until - fault.from)
  const near = FAULTS.filter((fault) => {
    const ahead = (fault.from - (minute % CYCLE_MINUTES) + CYCLE_MINUTES) % CYCLE_MINUTES
    const length = fault.until - fault.from
    return ahead <= CALM_BEFORE || (since(fault) >= length && since(fault) < length + CALM_AFTER)
  })
  return {
    faults: running.map((fault) => ({ fault, isFirst: since(fault) === 0 })),
    rollouts: running.flatMap(({ rollouts }) => rollouts),
    calm: new Set([...running, ...near].map(({ event }) => event)),
  }
}

/** A fault of the story as it happens: `startsAt` is its first minute, `endsAt` the first one without it. */
export interface DemoFault extends Pick<Fault, 'name' | 'kind' | 'event' | 'dimension' | 'value'> {
  readonly startsAt: Instant
  readonly endsAt: Instant
}

/** What goes wrong in this many tellings of the story that began at `anchor`, in order. */
export function demoFaults(anchor: Instant, cycles = 1): readonly DemoFault[] {
  return Array.from({ length: cycles }, (_, cycle) => anchor + cycle * CYCLE_MINUTES * MINUTE).flatMap((start) =>
    FAULTS.map(({ name, kind, event, dimension, value, from, until }) => ({
      name,
      kind,
      event,
      dimension,
      value,
      startsAt: start + from * MINUTE,
      endsAt: start + until * MINUTE,
    })),
  )
}
