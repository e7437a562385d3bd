import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExitCode, Io } from '../../src/cli/io.ts'
import { showSlo } from '../../src/cli/slo.ts'
import { status } from '../../src/cli/status.ts'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import { emptyCounts } from '../../src/model/window.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { writeNote } from '../../src/store/notes.ts'
import { openStore } from '../../src/store/open.ts'
import { TABLE_TROUBLES_NOTE } from '../../src/store/read/table-troubles.ts'
import { commitTable } from '../../src/store/tables.ts'
import { writeProject } from '../support/project.ts'
import { runCommand } from '../support/run-command.ts'

const START = Date.UTC(2026, 0, 5, 7)
const NOW = START + HOUR
const UNTIL = NOW - 2 * MINUTE
const NAME = 'main.public.orders'

const { root, config, remove } = writeProject({
  'rules/assay.yaml': `version: 1
store: { type: sqlite, path: .assay/assay.db }
warehouses: [{ id: main, type: postgres, url: "postgres://reader@localhost/shop" }]
`,
  'rules/domains/checkout/tables/orders.yaml': `table: ${NAME}
arrived_at: loaded_at
columns: { amount: { type: number, minimum: 0 } }
---
table: main.public.carts
arrived_at: loaded_at
`,
  'rules/domains/checkout/slos.yaml': `slos:
  - { name: orders-valid, sli: { kind: validity, table: ${NAME} }, objective: 99 }
`,
})

beforeAll(async () => {
  const db = await openStore({ type: 'sqlite', path: join(root, '.assay/assay.db') })
  const writer = await takeWriter(db)
  await commitTable(db, writer, {
    table: NAME,
    step: { partition: '', from: null, to: '{}', observedUntil: UNTIL, listeningSince: START, complete: false },
    from: START,
    until: UNTIL,
    minutes: [
      {
        minute: START + 30 * MINUTE,
        counts: { ...emptyCounts(), received: 12, invalid: 3, lastArrival: START + 30 * MINUTE },
        findings: [],
      },
    ],
  })
  const trouble = {
    code: 'table_missing',
    message: 'There is no table main.public.carts.',
    remedy: 'create it',
    since: NOW,
  }
  await db.transaction((sql) => writeNote(sql, TABLE_TROUBLES_NOTE, { 'main.public.carts': trouble }))
  await writer.release()
  await db.close()
})
afterAll(remove)

async function run(ask: (io: Io) => Promise<ExitCode>): Promise<string> {
  const { out, err } = await runCommand(root, ask, { now: () => NOW })
  return out + err
}

describe('tables in status', () => {
  it('stand with their rows, how far they are counted, and why not further', async () => {
    const out = await run((io) => status({ name: null, config, json: false }, io))
    expect(out).toMatch(/^main\.public\.orders +12 +3 +Mon 5 Jan 07:58 UTC +2 min$/m)
    expect(out).toMatch(/^main\.public\.carts +0 +0 +never +There is no table main\.public\.carts\. create it$/m)
    const document = JSON.parse(await run((io) => status({ name: null, config, json: true }, io)))
    expect(document.tables).toMatchObject([
      { name: 'main.public.carts', rows: 0, trouble: { reason: 'table_missing' } },
      { name: NAME, rows: 12, invalid: 3, counted_until: '2026-01-05T07:58:00.000Z', warehouse: 'main' },
    ])
  })

  it('can be asked for by name and by slug', async () => {
    for (const name of [NAME, 'public-orders']) {
      const document = JSON.parse(await run((io) => status({ name, config, json: true }, io)))
      expect(document).toMatchObject({ kind: 'table', name: NAME, slos: [{ name: 'orders-valid', table: NAME }] })
    }
  })

  it('are told of in slo', async () => {
    const document = JSON.parse(await run((io) => showSlo({ name: 'orders-valid', config, json: true }, io)))
    expect(document).toMatchObject({ name: 'orders-valid', table: NAME, source: 'main' })
    expect(document).not.toHaveProperty('event')
  })
})
