import { seeded } from '../support/random.ts'

const DAY_START = Date.UTC(2026, 0, 15, 8)
const STATUS = ['new', 'returning', 'vip']

/** A contract of 15 properties, as a payments team would write it. */
export const ORDER_SCHEMA = {
  type: 'object',
  required: ['order_id', 'revenue', 'currency', 'products', 'payment_method'],
  properties: {
    order_id: { type: 'string', minLength: 1 },
    revenue: { type: 'number', minimum: 0 },
    currency: { enum: ['EUR', 'USD', 'GBP'] },
    tax: { type: 'number', minimum: 0 },
    shipping: { type: 'number', minimum: 0 },
    discount: { type: 'number' },
    coupon_code: { type: ['string', 'null'] },
    payment_method: { enum: ['card', 'paypal', 'invoice'] },
    cart_id: { type: 'string', minLength: 1 },
    customer_status: { enum: STATUS },
    first_order: { type: 'boolean' },
    item_count: { type: 'integer', minimum: 1 },
    checkout_step: { type: 'integer', minimum: 1, maximum: 9 },
    affiliation: { type: 'string', maxLength: 64 },
    products: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['sku', 'price'],
        properties: {
          sku: { type: 'string' },
          price: { type: 'number' },
          quantity: { type: 'integer' },
        },
      },
    },
  },
  additionalProperties: false,
} as const

/** Payloads of some 960 bytes, as Segment's libraries send them: three platforms, four app versions, each id once. */
export function segmentEvents(count: number, seed = 1): Buffer[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, index) => {
    const at = DAY_START + index * 20
    const library = random.pick(['analytics.js', 'analytics-ios', 'analytics-android'])
    const event = {
      type: 'track',
      event: 'Order Completed',
      messageId: `ajs-next-${at}-${hex(random.next())}${hex(random.next())}-${index}`,
      anonymousId: `${hex(random.next())}-4f1c-4a8e-9d3b-${hex(random.next())}9a2b`,
      userId: `user-${random.below(100_000)}`,
      timestamp: new Date(at - 1_200).toISOString(),
      sentAt: new Date(at - 200).toISOString(),
      receivedAt: new Date(at).toISOString(),
      context: {
        app: { name: 'Shop', version: random.pick(['4.1.0', '4.2.0', '4.2.1', '4.3.0']) },
        library: { name: library, version: '1.84.3' },
        locale: 'de-DE',
        timezone: 'Europe/Berlin',
        network: { wifi: true, cellular: false, carrier: 'Example Mobile' },
        channel: 'browser',
        page: { path: '/checkout/done', url: 'https://shop.example.org/checkout/done', title: 'Thank you' },
      },
      properties: {
        order_id: `o-${1_000_000 + index}`,
        revenue: random.below(20_000) / 100,
        currency: random.pick(['EUR', 'USD', 'GBP']),
        tax: random.below(1_000) / 100,
        shipping: 4.9,
        discount: 0,
        coupon_code: null,
        payment_method: random.pick(['card', 'paypal', 'invoice']),
        cart_id: `c-${hex(random.next())}`,
        customer_status: random.pick(STATUS),
        first_order: random.next() < 0.3,
        item_count: 1,
        checkout_step: 4,
        affiliation: 'web shop',
        products: [{ sku: `sku-${random.below(5_000)}`, price: random.below(9_000) / 100, quantity: 1 }],
      },
    }
    return Buffer.from(JSON.stringify(event))
  })
}

function hex(chance: number): string {
  return Math.floor(chance * 2 ** 32)
    .toString(16)
    .padStart(8, '0')
}
