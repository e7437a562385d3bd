import type { Chance, Weighted } from './chance.ts'

/** What a message is about: Segment's `properties`. */
export type Properties = Record<string, unknown>

/** Something that happens in the shop. */
export interface ShopEvent {
  readonly event: string
  /** In the busiest hour. */
  readonly perMinute: number
  readonly properties: (chance: Chance) => Properties
  /** What a sender does wrong once in a long while: a value that the contract doesn't know. */
  readonly spoil: Properties
  /** How often, in the clean traffic, of 10,000: spoilt, sent twice, and sent late by a phone that was offline. */
  readonly noise: { readonly spoilt: number; readonly twice: number; readonly late: number }
}

const CURRENCIES: readonly [Weighted<string>, ...Weighted<string>[]] = [
  ['EUR', 0.7],
  ['USD', 0.2],
  ['GBP', 0.1],
]
const PLANS: readonly [Weighted<string>, ...Weighted<string>[]] = [
  ['free', 0.8],
  ['plus', 0.2],
]
const METHODS = ['card', 'paypal', 'invoice', 'apple_pay'] as const
const LOGINS = ['password', 'google', 'apple', 'passkey'] as const
const CAMPAIGNS = ['spring-sale', 'welcome-series', 'back-in-stock', 'loyalty-week'] as const
const NAMES = ['anna', 'ben', 'chiara', 'dmitri', 'elif', 'farid', 'grace', 'hanna'] as const
const QUIET = { spoilt: 1, twice: 2, late: 8 } as const
const ORDINARY = { spoilt: 3, twice: 3, late: 8 } as const

const price = (chance: Chance): number => Math.round(900 + chance.next() ** 3 * 24_000) / 100
const email = (chance: Chance): string => `${chance.pick(NAMES)}.${chance.hex(4)}@example.com`

/** Everything that happens in the shop. An event's place in this list is part of its chance: add at the end. */
export const SHOP: readonly ShopEvent[] = [
  {
    event: 'Cart Viewed',
    perMinute: 70,
    properties: (chance) => ({
      cart_id: `cart-${chance.hex(8)}`,
      items: 1 + chance.below(6),
      value: price(chance),
      currency: chance.weighted(CURRENCIES),
    }),
    spoil: { currency: 'EURO' },
    noise: ORDINARY,
  },
  {
    event: 'Checkout Started',
    perMinute: 40,
    properties: (chance) => ({
      checkout_id: `co-${chance.hex(8)}`,
      cart_id: `cart-${chance.hex(8)}`,
      items: 1 + chance.below(6),
      value: price(chance),
      currency: chance.weighted(CURRENCIES),
    }),
    spoil: { items: 0 },
    noise: ORDINARY,
  },
  {
    event: 'Order Completed',
    perMinute: 32,
    properties: (chance) => ({
      order_id: `o-${chance.hex(8)}`,
      cart_id: `cart-${chance.hex(8)}`,
      revenue: price(chance),
      currency: chance.weighted(CURRENCIES),
      items: 1 + chance.below(6),
      payment_method: chance.pick(METHODS),
      email: email(chance),
      ...(chance.next() < 0.35 ? { coupon_code: `SAVE${5 * (1 + chance.below(4))}` } : {}),
    }),
    spoil: { currency: 'EURO' },
    noise: QUIET,
  },
  {
    event: 'Payment Failed',
    perMinute: 8,
    properties: (chance) => ({
      order_id: `o-${chance.hex(8)}`,
      amount: price(chance),
      payment_method: chance.pick(METHODS),
      reason: chance.pick(['declined', 'expired_card', 'insufficient_funds', 'timeout']),
    }),
    spoil: { reason: 'unknown' },
    noise: QUIET,
  },
  {
    event: 'Signed Up',
    perMinute: 15,
    properties: (chance) => ({
      method: chance.pick(['email', 'google', 'apple']),
      plan: chance.weighted(PLANS),
      email: email(chance),
      ...(chance.next() < 0.5 ? { referrer: chance.pick(['search', 'friend', 'newsletter']) } : {}),
    }),
    spoil: { plan: 'trial' },
    noise: QUIET,
  },
  {
    event: 'Campaign Clicked',
    perMinute: 45,
    properties: (chance) => ({
      campaign_id: chance.pick(CAMPAIGNS),
      channel: chance.pick(['email', 'push', 'social', 'search']),
      creative: `cr-${chance.below(40)}`,
      landing_page: chance.pick(['/', '/sale', '/new', '/account']),
    }),
    spoil: { channel: 'sms' },
    noise: ORDINARY,
  },
  {
    event: 'Email Opened',
    perMinute: 50,
    properties: (chance) => ({
      campaign_id: chance.pick(CAMPAIGNS),
      template: `t-${chance.below(12)}`,
      client: chance.pick(['gmail', 'apple_mail', 'outlook']),
    }),
    spoil: { template: 7 },
    noise: ORDINARY,
  },
  {
    event: 'Logged In',
    perMinute: 60,
    properties: (chance) => ({ method: chance.pick(LOGINS), remembered: chance.next() < 0.7 }),
    spoil: { remembered: 'yes' },
    noise: ORDINARY,
  },
  {
    event: 'Password Reset',
    perMinute: 8,
    properties: (chance) => ({ channel: chance.pick(['email', 'sms']), success: chance.next() < 0.9 }),
    spoil: { channel: 'phone' },
    noise: QUIET,
  },
  {
    event: 'Profile Updated',
    perMinute: 12,
    properties: (chance) => ({
      fields: [chance.pick(['address', 'phone', 'newsletter', 'picture'])],
      completeness: 20 + chance.below(81),
    }),
    spoil: { completeness: 120 },
    noise: QUIET,
  },
]
