import { expect, it } from 'vitest'
import { streamsOf, warehouseAddress } from '../../../src/report/lineage/addresses.ts'
import { tableDataset } from '../../../src/report/lineage/dataset.ts'
import { tablePlan } from '../../support/table-plan.ts'

const around = { environment: 'staging', root: '/srv/assay', collector: 'https://assay.example.org/' }
const named = (source: Parameters<typeof streamsOf>[0]) =>
  streamsOf(source, around).map(({ namespace, name }) => [namespace, name])

it('names files by their whole path, collectors by their address, the demo as its own', () => {
  const file = { id: 'archive', type: 'file', format: { type: 'segment' }, duplicates_horizon: 1 } as const
  expect(named({ ...file, paths: ['data/*.ndjson.gz', '/var/log/events', './late.ndjson'] })).toEqual([
    ['file', '/srv/assay/data/*.ndjson.gz'],
    ['file', '/var/log/events'],
    ['file', '/srv/assay/late.ndjson'],
  ])
  expect(named({ id: 'web', type: 'http', duplicates_horizon: 1 })).toEqual([['https://assay.example.org', 'web']])
  expect(named({ id: 'shop', type: 'demo', seed: 1, duplicates_horizon: 1 })).toEqual([['assay://staging', 'shop']])
})

it('names topics by the cluster and the topic, the same in whatever order its brokers stand', () => {
  const kafka = { id: 'clicks', type: 'kafka', group: 'assay', from: 'earliest', format: { type: 'json' } } as const
  const config = { ...kafka, topics: ['orders', 'carts'], duplicates_horizon: 1 }
  for (const brokers of [
    ['kafka-1:9092', 'kafka-2:9092'],
    ['kafka-2:9092', 'kafka-1:9092'],
  ]) {
    expect(named({ ...config, brokers } as Parameters<typeof streamsOf>[0])).toEqual([
      ['kafka://kafka-1:9092', 'orders'],
      ['kafka://kafka-1:9092', 'carts'],
    ])
  }
})

it.each([
  ['postgres://assay:secret@db.internal:6543/shop', { namespace: 'postgres://db.internal:6543', database: 'shop' }],
  [
    'postgresql://assay:secret@db/shop%20one?sslmode=require',
    { namespace: 'postgres://db:5432', database: 'shop one' },
  ],
  ['postgres://assay@[::1]', { namespace: 'postgres://[::1]:5432', database: 'assay' }],
  ['not an address', null],
])('knows a warehouse by %s, without its user and password', (url, expected) => {
  expect(warehouseAddress('postgres', url)).toEqual(expected)
})

it('names tables by where they lie, those of unknown warehouses by what was written', () => {
  const warehouses = new Map([['main', { namespace: 'postgres://db:5432', database: 'shop' }]])
  const tables = new Map([['main.web."Order Items"', tablePlan({ schema: 'web', table: 'Order Items' })]])
  const dataset = (table: string) =>
    tableDataset(table, { environment: 'staging', tables }, { streams: new Map(), warehouses })
  expect(dataset('main.web."Order Items"')).toEqual({ namespace: 'postgres://db:5432', name: 'shop.web.Order Items' })
  expect(dataset('main.analytics.orders')).toEqual({ namespace: 'postgres://db:5432', name: 'shop.analytics.orders' })
  expect(dataset('other.analytics.orders')).toEqual({ namespace: 'assay://staging', name: 'other.analytics.orders' })
  expect(dataset('orders')).toEqual({ namespace: 'assay://staging', name: 'orders' })
})
