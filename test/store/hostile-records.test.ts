import { describe, expect, it } from 'vitest'
import type { ArrivedRecord } from '../../src/model/record.ts'
import { DAY, isPlausibleArrival } from '../../src/model/time.ts'
import { formatConfig } from '../../src/observe/decode/config.ts'
import { createDecoder } from '../../src/observe/decode/decode.ts'
import { parsePayload } from '../../src/observe/decode/parse.ts'
import { createSightings } from '../../src/observe/dedupe/sightings.ts'
import { observeBatch } from '../../src/observe/observe.ts'
import { createInterner } from '../../src/observe/windows/interner.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import type { Sql } from '../../src/store/sql.ts'
import { contractVersion, planWith } from '../support/contract.ts'
import { hostileArrival, hostilePayload } from '../support/hostile.ts'
import { withPostgres } from '../support/postgres.ts'
import { seeded } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { THOROUGH } from '../support/thorough.ts'

/** All of them where everything is required; a taste of them where a developer waits. */
const CASES = THOROUGH ? 100_000 : 4_000
const BATCH = 2_000
const T = Date.UTC(2026, 0, 15, 10)
const PLAN = planWith({
  'Order Completed': [contractVersion({ type: 'object', required: ['order_id'], additionalProperties: false })],
  page: [contractVersion({ type: 'object' })],
})

/** Feeds the cases to a store, batch by batch, and answers what it holds beside what was counted on the way. */
async function fed(config: StoreConfig): Promise<{ stored: object; counted: object }> {
  const db = await openStore(config)
  try {
    const writer = await takeWriter(db)
    const random = seeded(77)
    const decode = createDecoder(formatConfig.parse({ type: 'segment' }))
    const interner = createInterner()
    const sightings = createSightings({ horizon: DAY, capacity: 50_000 })
    const counted = { received: 0, invalid: 0, duplicates: 0, implausible: 0 }
    let position: string | null = null
    for (let from = 0; from < CASES; from += BATCH) {
      const records = Array.from({ length: BATCH }, (_, index): ArrivedRecord => {
        const parsed = parsePayload(hostilePayload(random))
        const decoded = parsed.ok ? decode(parsed.value, null) : parsed
        return { partition: '0', position: `line ${from + index}`, arrivedAt: hostileArrival(random, T), decoded }
      })
      const observed = observeBatch(
        { source: 'web', records, manyPartitions: false },
        { plan: PLAN, interner, sightings: () => sightings, lateAfter: () => null },
      )
      const to = String(from + BATCH)
      const step = { partition: '0', from: position, to, observedUntil: null, listeningSince: null, complete: false }
      position = to
      expect(await commitIngest(db, writer, { source: 'web', steps: [step], ...observed })).toBe('committed')
      observed.commit()
      for (const { counts } of observed.delta.windows) {
        counted.received += counts.received
        counted.invalid += counts.invalid
        counted.duplicates += counts.duplicates
      }
      counted.implausible += records.filter(
        ({ arrivedAt }) => arrivedAt === null || !isPlausibleArrival(arrivedAt),
      ).length
    }
    return { stored: await sums(db), counted: { ...counted, total: counted.received + counted.implausible } }
  } finally {
    await db.close()
  }
}

/** The same sums from minutes, hours and days: what one holds the others hold. */
async function sums(sql: Sql): Promise<object> {
  const held: unknown[] = []
  for (const grain of ['minute', 'hour', 'day']) {
    const [row] = await sql.all<{ received: number; invalid: number; duplicates: number }>(
      `select cast(sum(received) as bigint) as received, cast(sum(invalid) as bigint) as invalid,
        cast(sum(duplicates) as bigint) as duplicates from window_${grain}`,
    )
    held.push(row)
  }
  return held
}

function holds({ stored, counted }: { stored: object; counted: object }): void {
  const { received, invalid, duplicates, total } = counted as Record<string, number>
  expect(total).toBe(CASES)
  expect(stored).toEqual(Array.from({ length: 3 }, () => ({ received, invalid, duplicates })))
}

describe(`${CASES.toLocaleString('en')} hostile records stored`, () => {
  it('are all counted on SQLite', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder()
    try {
      holds(await fed({ type: 'sqlite', path: folder.file('assay.db') }))
    } finally {
      folder.remove()
    }
  })

  withPostgres('on Postgres', (postgres) => {
    it('are all counted', { timeout: 120_000 }, async () => {
      holds(await fed({ type: 'postgres', url: await postgres.createDatabase() }))
    })
  })
})
