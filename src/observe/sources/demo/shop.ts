import { DAY, type Instant, MINUTE } from '../../../model/time.ts'
import { type Chance, createChance, pick, poisson, seedOf } from './chance.ts'
import { isOn } from './story.ts'

/** A Segment message of the shop, as an archive has it. */
export type ShopMessage = Readonly<Record<string, unknown>> & { readonly receivedAt: string }

export interface ShopOptions {
  readonly seed: number
  /** Where the first cycle of the story begins; a whole minute. */
  readonly anchor: Instant
  /** False: a shop in which nothing goes wrong. */
  readonly faults: boolean
}

type Platform = 'web' | 'ios' | 'android'

interface Visit {
  readonly platform: Platform
  readonly appVersion: string
  readonly at: Instant
  readonly number: number
  readonly chance: Chance
}

interface ShopEvent {
  readonly name: string
  /** Records a minute at noon. */
  readonly rate: number
  readonly properties: (visit: Visit, options: ShopOptions) => Record<string, unknown>
}

const PLATFORMS = [
  ['web', 50],
  ['ios', 27],
  ['android', 23],
] as const
const LIBRARIES: Readonly<Record<Platform, readonly [name: string, version: string]>> = {
  web: ['analytics.js', '2.11.1'],
  ios: ['analytics-swift', '1.9.1'],
  android: ['analytics-kotlin', '1.19.2'],
}
const CAMPAIGNS = ['autumn-sale', 'newsletter-47', 'friends', 'retargeting'] as const

const EVENTS: readonly ShopEvent[] = [
  { name: 'Checkout Started', rate: 30, properties: (visit, options) => ({ ...cart(visit), ...cartId(visit, options), value: price(visit) }) },
  {
    name: 'Order Completed',
    rate: 24,
    properties: (visit, options) => {
      const revenue = price(visit)
      const broken = options.faults && visit.appVersion === '4.3.0'
      return { order_id: `order-${visit.number}`, ...cart(visit), revenue: broken ? revenue.toFixed(2) : revenue, currency: 'EUR', cart_id: `cart-${visit.number}` }
    },
  },
  { name: 'Payment Failed', rate: 6, properties: (visit) => ({ order_id: `order-${visit.number}`, reason: pick([['declined', 6], ['expired', 3], ['timeout', 1]], visit.chance) }) },
  { name: 'Signed Up', rate: 10, properties: (visit) => ({ method: pick([['password', 5], ['apple', 3], ['google', 4]], visit.chance), plan: 'free' }) },
  {
    name: 'Campaign Clicked',
    rate: 18,
    properties: (visit, options) => {
      const campaign = CAMPAIGNS[Math.floor(visit.chance.next() * CAMPAIGNS.length)] ?? CAMPAIGNS[0]
      const broken = options.faults && visit.platform === 'web' && isOn('bad-campaign', options.anchor, visit.at)
      return broken ? { campaign_name: campaign, position: 1 } : { campaign, position: 1 + Math.floor(visit.chance.next() * 5) }
    },
  },
  { name: 'Logged In', rate: 36, properties: (visit) => ({ method: pick([['password', 7], ['passkey', 3]], visit.chance), returning: visit.chance.next() < 0.8 }) },
  { name: 'Password Reset', rate: 4, properties: (visit) => ({ channel: pick([['email', 4], ['sms', 1]], visit.chance) }) },
]

/** Everything that the shop sends in the minute that begins at `minute`, in the order of its arrival. The same for the same arguments. */
export function shopMinute(minute: Instant, options: ShopOptions): readonly ShopMessage[] {
  const messages: { at: Instant; message: ShopMessage }[] = []
  EVENTS.forEach((event, index) => {
    if (options.faults && event.name === 'Signed Up' && isOn('silence', options.anchor, minute)) return
    const chance = createChance(seedOf(options.seed, minute / MINUTE, index))
    const count = poisson(event.rate * daylight(minute), chance)
    for (let place = 0; place < count; place++) {
      const at = minute + Math.floor(chance.next() * MINUTE)
      const message = messageOf(event, at, place, index, chance, options)
      messages.push({ at, message })
      if (isRetried(event, message, minute, chance, options)) {
        const again = Math.min(minute + MINUTE - 1, at + 200 + Math.floor(chance.next() * 2_000))
        messages.push({ at: again, message: { ...message, receivedAt: new Date(again).toISOString() } })
      }
    }
  })
  return messages.sort((a, b) => a.at - b.at).map(({ message }) => message)
}

/** Between 0.35 in the small hours and 1 at midday (UTC), smoothly. */
function daylight(at: Instant): number {
  const ofDay = (at % DAY) / DAY
  return 0.675 - 0.325 * Math.cos(2 * Math.PI * (ofDay - 1 / 12))
}

function messageOf(event: ShopEvent, at: Instant, place: number, index: number, chance: Chance, options: ShopOptions): ShopMessage {
  const platform: Platform = pick(PLATFORMS, chance)
  const appVersion = versionOf(platform, at, chance, options)
  const number = seedOf(options.seed, at, place, index)
  const visit: Visit = { platform, appVersion, at, number, chance }
  const [name, version] = LIBRARIES[platform]
  const delay = platform === 'web' ? 50 + chance.next() * 800 : 300 + chance.next() * 20_000
  return {
    type: 'track',
    event: event.name,
    messageId: `demo-${at.toString(36)}-${number.toString(36)}`,
    anonymousId: `visitor-${number % 5_000}`,
    context: { app: { name: 'Demo shop', version: appVersion }, platform, library: { name, version } },
    properties: event.properties(visit, options),
    timestamp: new Date(at - Math.floor(delay)).toISOString(),
    receivedAt: new Date(at).toISOString(),
  }
}

/** Android 4.3.0 goes out with the bad release and is gone after it; elsewhere an older version fades out slowly. */
function versionOf(platform: Platform, at: Instant, chance: Chance, { anchor, faults }: ShopOptions): string {
  const share = chance.next()
  switch (platform) {
    case 'web':
      return share < 0.8 ? '2026.47' : '2026.46'
    case 'ios':
      return share < 0.65 ? '5.1.0' : '5.0.2'
    case 'android':
      if (faults && isOn('bad-release', anchor, at)) return share < 0.6 ? '4.3.0' : '4.2.1'
      return share < 0.7 ? '4.2.1' : '4.2.0'
  }
}

function isRetried(event: ShopEvent, message: ShopMessage, minute: Instant, chance: Chance, { anchor, faults }: ShopOptions): boolean {
  const draw = chance.next()
  if (!faults || event.name !== 'Logged In' || !isOn('duplicates', anchor, minute)) return draw < 0.0005
  return (message['context'] as { platform: Platform }).platform === 'web' && draw < 0.7
}

function cart({ chance }: Visit): { items: number } {
  return { items: 1 + Math.floor(chance.next() * 5) }
}

function cartId({ platform, number, at }: Visit, { anchor, faults }: ShopOptions): { cart_id: string | null } {
  return { cart_id: faults && platform === 'ios' && isOn('unfilled', anchor, at) ? null : `cart-${number}` }
}

function price({ chance }: Visit): number {
  return Math.round(500 + chance.next() * 15_000) / 100
}
