import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import { readTableName, writeTableName } from '../../src/config/table-name.ts'
import { type Files, linted, planned } from '../support/project.ts'

const ASSAY = `version: 1
sources:
  - { id: web, type: http }
warehouses:
  - { id: main, type: postgres, url: { env: WAREHOUSE_URL }, schedule: "*/5 * * * *" }
`
const ORDERS = `table: main.analytics.orders
arrived_at: loaded_at
event_time: ordered_at
key: order_id
columns:
  order_id: { type: string, required: true, pattern: "^o-[0-9]+$" }
  amount: { type: number, minimum: 0, fill: 90 }
  currency: { enum: [EUR, USD] }
`
const files = (more: Files = {}): Files => ({
  'rules/assay.yaml': ASSAY,
  'rules/domains/checkout/tables/orders.yaml': ORDERS,
  ...more,
})
const orders = (from: string, to: string): Files =>
  files({ 'rules/domains/checkout/tables/orders.yaml': ORDERS.replace(from, to) })
const overlap = (retention: string, key: string): Files =>
  files({ 'rules/assay.yaml': `${ASSAY.replace('" }', `", ${key} }`)}${retention}\n` })
const slo = (sli: string): Files =>
  files({ 'rules/domains/checkout/slos.yaml': `slos:\n  - { name: one, sli: { ${sli} }, objective: 99 }\n` })

const AT = 'rules/domains/checkout/tables/orders.yaml'
const SLO = 'rules/domains/checkout/slos.yaml'

const cases: Record<string, { given: Files; then: readonly string[] }> = {
  'a warehouse that is not there': {
    given: orders('main.analytics', 'mian.analytics'),
    then: [`${AT}:1:8: there is no warehouse "mian": did you mean "main"?`],
  },
  'an overlap whose oldest hour is half removed': {
    given: overlap('retention: { minutes: 48h }', 'overlap: 48h'),
    then: [
      'rules/assay.yaml:5:96: overlap is longer than minutes can be mended (1d22h): shorten it, or keep minutes longer',
    ],
  },
  'a backfill beyond the minutes that are kept': {
    given: overlap('retention: { minutes: 48h }', 'backfill: 49h'),
    then: [
      'rules/assay.yaml:5:97: backfill is longer than minutes can be mended (2d): shorten it, or keep minutes longer',
    ],
  },
  'a name without a schema': {
    given: orders('main.analytics.orders', 'main.orders'),
    then: [
      `${AT}:1:8: must be warehouse.schema.table, each part in double quotes where it holds a dot: main.public."odd.name"`,
    ],
  },
  'a wrong key': {
    given: orders('arrived_at:', 'arived_at:'),
    then: [
      `${AT}:1:1: missing "arrived_at": it must be text (in quotes, where it looks like something else)`,
      `${AT}:2:1: unknown key "arived_at": did you mean "arrived_at"?`,
    ],
  },
  'a wrong key of a column': {
    given: orders('minimum: 0', 'minimun: 0'),
    then: [`${AT}:7:27: unknown key "minimun" in columns.amount: did you mean "minimum"?`],
  },
  'a type that is none': {
    given: orders('type: number', 'type: numbr'),
    then: [`${AT}:7:19: columns.amount.type is "numbr": did you mean "number"?`],
  },
  'a check that means nothing to the type': {
    given: orders('{ type: number, minimum: 0', '{ type: boolean, minimum: 0'),
    then: [`${AT}:7:28: amount: minimum means nothing to type boolean: leave it out`],
  },
  'a pattern that SQL would read otherwise': {
    given: orders('"^o-[0-9]+$"', '"^(?=o)"'),
    then: [
      `${AT}:6:54: order_id: this pattern can't be checked in SQL: "(?=o)" reads otherwise there, or is not known`,
    ],
  },
  'bounds that nothing passes': {
    given: orders('minimum: 0', 'minimum: 9, maximum: 3'),
    then: [`${AT}:7:48: amount: maximum is below minimum: no value would pass`],
  },
  'a bound on a day that there is not': {
    given: orders('{ type: number, minimum: 0', '{ type: date, minimum: "2026-02-30"'),
    then: [`${AT}:7:34: amount: minimum must be a time such as "2026-01-31" or "2026-01-31T08:00:00Z"`],
  },
  'a bound in digits for a date': {
    given: orders('{ type: number, minimum: 0', '{ type: date, minimum: 0'),
    then: [`${AT}:7:34: amount: minimum must be a time in quotes, since it is a date`],
  },
  'U+0000 in the name of a column': {
    given: orders('currency:', '"cur\\0rency":'),
    then: [`${AT}:8:3: the name columns.cur\u0000rency holds U+0000, which no column name can`],
  },
  'a name longer than Postgres has': {
    given: orders('arrived_at: loaded_at', `arrived_at: ${'x'.repeat(64)}`),
    then: [`${AT}:2:13: arrived_at is longer than 63 bytes, more than a name in Postgres can have`],
  },
  'a slip of the pen in the key': {
    given: orders('key: order_id', 'key: order_ids'),
    then: [`${AT}:4:6: warning: "order_ids" is none of the columns below: did you mean "order_id"?`],
  },
  'the same table twice': {
    given: files({ 'rules/domains/checkout/tables/again.yaml': ORDERS }),
    then: [
      `${AT}:1:8: the table "main.analytics.orders" has a contract already, at rules/domains/checkout/tables/again.yaml:1: keep one`,
    ],
  },
  'a schedule that is no cron line': {
    given: files({ 'rules/assay.yaml': ASSAY.replace('*/5 * * * *', 'every minute') }),
    then: [
      'rules/assay.yaml:5:72: warehouses[0].schedule is no cron line (expected 5 or 6 fields but got 2): write for example "*/5 * * * *"',
    ],
  },
  'a password in the address': {
    given: files({ 'rules/assay.yaml': ASSAY.replace('{ env: WAREHOUSE_URL }', '"postgres://me:secret@db/shop"') }),
    then: [
      'rules/assay.yaml:5:38: warehouses[0].url must be postgres://… without a password, or where to find it: { env: NAME } or { file: PATH }',
    ],
  },
  'an SLO on a table without a contract': {
    given: slo('kind: validity, table: main.analytics.order'),
    then: [`${SLO}:2:48: no contract has the table "main.analytics.order": did you mean "main.analytics.orders"?`],
  },
  'an SLO on both': {
    given: slo('kind: validity, event: Order Completed, table: main.analytics.orders'),
    then: [`${SLO}:2:72: sli.table stands beside event: an SLO judges one of them`],
  },
  'an SLO on neither': {
    given: slo('kind: validity'),
    then: [`${SLO}:2:23: missing "event" in sli: it must name an event, or a table under "table"`],
  },
  'uniqueness without a key': {
    given: {
      ...slo('kind: uniqueness, table: main.analytics.orders'),
      ...{ [AT]: ORDERS.replace('key: order_id\n', '') },
    },
    then: [
      `${SLO}:2:31: uniqueness has nothing to count: the contract of main.analytics.orders needs a key, for example key: order_id`,
    ],
  },
  'a table that is read too seldom for its rows': {
    given: {
      ...slo('kind: validity, table: main.analytics.orders'),
      'rules/assay.yaml': ASSAY.replace('*/5 * * * *', '0 */4 * * *'),
    },
    then: [
      `${SLO}:2:48: warning: its table is read too seldom for some rows, whose short windows must be twice the schedule: page over 1h, page over 6h; left out`,
    ],
  },
}

describe('contracts of tables', () => {
  it.each(Object.entries(cases))('%s', (_name, { given, then }) => {
    expect(linted(given).lines).toEqual(then)
  })

  it('are compiled with everything that SQL needs', () => {
    const table = planned(files()).tables.get('main.analytics.orders')
    expect(table).toMatchObject({
      slug: 'analytics-orders',
      domain: 'checkout',
      owner: 'payments',
      arrivedAt: 'loaded_at',
      eventTime: 'ordered_at',
      key: { columns: ['order_id'], horizon: 24 * HOUR },
      warehouse: { id: 'main', longestGap: 5 * MINUTE, statementTimeout: MINUTE },
    })
    expect(table?.columns.map(({ name, type, watched, fill }) => [name, type, watched, fill])).toEqual([
      ['order_id', 'string', true, null],
      ['amount', 'number', false, 90],
      ['currency', 'string', false, null],
    ])
  })

  it('get the defaults of their domain that they say enough for', () => {
    const domain = `domain: checkout
owner: { team: payments }
defaults: { slos: { validity: 99, completeness: 98, uniqueness: 99, timeliness: { max_delay: 1h, objective: 99 }, freshness: { max_age: 1h, objective: 99 } } }
`
    const names = (of: string) =>
      planned(files({ 'rules/domains/checkout/domain.yaml': domain, [AT]: of }))
        .slos.filter(({ subject }) => subject === 'table')
        .map(({ name }) => name)
    expect(names(ORDERS)).toEqual([
      'analytics-orders-completeness',
      'analytics-orders-freshness',
      'analytics-orders-timeliness',
      'analytics-orders-uniqueness',
      'analytics-orders-validity',
    ])
    expect(names('table: main.analytics.orders\narrived_at: loaded_at\n')).toEqual(['analytics-orders-freshness'])
  })

  it('have rows whose short windows are at least twice the schedule', () => {
    const [one] = planned(slo('kind: validity, table: main.analytics.orders')).slos
    expect(one?.rows.map(({ long, short }) => [long / MINUTE, short / MINUTE])).toEqual([
      [60, 10],
      [360, 30],
      [1440, 120],
      [4320, 360],
    ])
  })

  it('name tables in one way', () => {
    for (const parts of [
      { warehouse: 'main', schema: 'public', table: 'orders' },
      { warehouse: 'main', schema: 'a.b', table: 'c"d' },
      { warehouse: 'main', schema: ' ', table: '注文' },
    ]) {
      expect(readTableName(writeTableName(parts))).toEqual(parts)
    }
    expect(readTableName('main.public."or""ders"')).toEqual({ warehouse: 'main', schema: 'public', table: 'or"ders' })
    for (const wrong of ['orders', 'public.orders', 'a.b.c.d', 'main..orders', 'main.public.', 'main.public."x']) {
      expect(readTableName(wrong)).toBeNull()
    }
  })
})
