/** A Segment event of 960 bytes with 15 properties, as a line. The same index gives the same event. */
export function segmentEvent(index: number, at: number): string {
  const time = new Date(at).toISOString()
  const version = index % 3 === 0 ? '4.2.0' : '4.3.1'
  const event = {
    type: 'track',
    event: 'Order Completed',
    messageId: `msg-${index.toString(36).padStart(12, '0')}-${(index * 2_654_435_761) % 4_294_967_296}`,
    anonymousId: `anon-${index % 50_000}`,
    properties: {
      order_id: `order-${index}`,
      revenue: 10 + (index % 997) / 10,
      currency: 'EUR',
      cart_id: `cart-${index % 10_000}`,
      items: 1 + (index % 7),
      coupon: index % 5 === 0 ? 'SUMMER' : 'NONE',
      shipping: 4.9,
      tax: 1.9,
      payment: 'card',
      country: 'DE',
      city: 'Berlin',
      first_order: index % 9 === 0,
      category: 'books',
      discount: 0.5,
      campaign: `campaign-${index % 40}`,
    },
    context: {
      app: { name: 'Shop', version },
      library: { name: 'analytics-ios', version: '4.1.8' },
      device: { type: 'ios' },
      locale: 'de-DE',
    },
    timestamp: time,
    receivedAt: time,
  }
  const text = JSON.stringify(event)
  return `${text.slice(0, -1)},"padding":"${'x'.repeat(Math.max(0, 960 - text.length - 13))}"}`
}

const TYPES: Readonly<Record<string, string>> = {
  revenue: 'number',
  items: 'integer',
  shipping: 'number',
  tax: 'number',
  first_order: 'boolean',
  discount: 'number',
}
const PROPERTIES = [
  'order_id',
  'revenue',
  'currency',
  'cart_id',
  'items',
  'coupon',
  'shipping',
  'tax',
  'payment',
  'country',
  'city',
  'first_order',
  'category',
  'discount',
  'campaign',
]

/** The schema of those 15 properties. */
export function contractSchema(): Record<string, unknown> {
  const properties = Object.fromEntries(PROPERTIES.map((name) => [name, { type: TYPES[name] ?? 'string' }]))
  return {
    type: 'object',
    required: ['order_id', 'revenue', 'currency', 'cart_id'],
    properties: { ...properties, revenue: { type: 'number', minimum: 0 }, currency: { enum: ['EUR', 'USD', 'GBP'] } },
    additionalProperties: false,
  }
}

export function contractYaml(): string {
  return `event: Order Completed\nversions:\n  - version: 1\n    schema: ${JSON.stringify(contractSchema())}\n`
}
