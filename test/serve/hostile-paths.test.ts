import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type Server } from '../../src/serve/server.ts'
import { createScorecards } from '../../src/runtime/scorecard/remembered.ts'
import { openStore } from '../../src/store/open.ts'
import type { Database } from '../../src/store/sql.ts'
import { withPostgres } from '../support/postgres.ts'
import { HEALTHY } from './fixture.ts'
import { makePlan, NOW } from './plan.ts'
import { addSample, addTraffic } from './rows.ts'

const plan = makePlan({ domains: ['checkout'], events: ['Order Completed', '__proto__'], slosPerEvent: 3 })
const NAMES = [
  '%00',
  'a%00b',
  '%E0%A4%A',
  '%ED%A0%80',
  '__proto__',
  'constructor',
  '..%2F..%2Fetc%2Fpasswd',
  'a'.repeat(8_000),
]
const PATHS = [
  '/',
  '/events?page=NaN',
  ...['events', 'incidents', 'tables', 'scorecards', 'runbooks'].flatMap((page) =>
    NAMES.map((name) => `/${page}/${name}`),
  ),
  ...['events', 'incidents', 'tables', 'scorecards', 'lineage'].flatMap((list) =>
    NAMES.map((name) => `/api/v1/${list}/${name}`),
  ),
  ...['events', 'incidents', 'slos', 'tables', 'lineage'].flatMap((list) =>
    [
      'domain=%00',
      'event=%00',
      'limit=1e3',
      'limit=0',
      'cursor=W10',
      'cursor=WzEuNSwiYSJd',
      'cursor=WzEsIlx1MDAwMCJd',
      'since=1970-01-01',
    ].map((query) => `/api/v1/${list}?${query}`),
  ),
]

let server: Server
let db: Database
afterEach(async () => {
  await server.close()
  await db.close()
})

function hostile(open: () => Promise<Database>): void {
  it('no path breaks anything: what is asked for is there, isn’t, or isn’t well said', async () => {
    db = await open()
    await addTraffic(db, 'Order Completed')
    await addTraffic(db, '<script>', { kind: 'unplanned' })
    await addSample(db, 'unplanned', '<script>', { a: 1 })
    const broke: unknown[] = []
    server = createServer({
      db,
      plan: () => plan,
      addresses: () => ({ streams: new Map(), warehouses: new Map() }),
      status: () => HEALTHY,
      metrics: async () => '',
      collectors: [],
      http: { host: '127.0.0.1', port: 0, token: null, publicUrl: null },
      now: () => NOW,
      changes: { subscribe: () => () => undefined },
      scorecard: createScorecards(
        db,
        () => plan,
        () => NOW,
      ),
      runbook: () => null,
      report: (error) => broke.push(error),
    })
    const { port } = await server.listen()
    const statuses = new Map<string, number>()
    for (const path of PATHS) statuses.set(path.slice(0, 80), await statusOf(port, path))
    expect([...statuses].filter(([, status]) => ![200, 400, 404].includes(status))).toEqual([])
    expect(broke).toEqual([])
  })
}

/** As it stands: a URL would be put right by `fetch`. */
function statusOf(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, path, headers: { host: '127.0.0.1' } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
}

describe('on SQLite', () => hostile(() => openStore({ type: 'sqlite', path: ':memory:' })))
withPostgres('on Postgres', (postgres) =>
  hostile(async () => openStore({ type: 'postgres', url: await postgres.createDatabase() })),
)
