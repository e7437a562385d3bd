import { DAY, floorTo, MINUTE } from '../../src/model/time.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Addresses } from '../../src/report/lineage/dataset.ts'
import type { ServeDeps } from '../../src/serve/deps.ts'
import { createServer } from '../../src/serve/server.ts'
import type { DaemonStatus } from '../../src/serve/status.ts'
import { createScorecards } from '../../src/runtime/scorecard/remembered.ts'
import { openStore } from '../../src/store/open.ts'
import type { Database } from '../../src/store/sql.ts'
import { EMPTY_PLAN, NOW } from './plan.ts'

export const HEALTHY: DaemonStatus = {
  version: '0.1.0',
  startedAt: NOW - DAY,
  notReady: [],
  telemetry: [],
  sources: [{ id: 'web', type: 'http', state: 'running', detail: '', watermark: NOW - 2_000 }],
  receivers: [{ name: 'screen', type: 'console', disabled: null }],
  lastReload: null,
  judgedUntil: floorTo(NOW, MINUTE),
  rulesFolder: 'rules',
}

const ADDRESSES: Addresses = {
  streams: new Map([
    [
      'web',
      [
        {
          kind: 'collector',
          source: 'web',
          namespace: 'http://localhost:8686',
          name: 'web',
          uri: 'http://localhost:8686',
        },
      ],
    ],
  ]),
  warehouses: new Map([['main', { namespace: 'postgres://db:5432', database: 'wh' }]]),
}

export interface Fixture {
  readonly db: Database
  readonly url: string
  readonly port: number
  readonly deps: ServeDeps
  /** Tells whoever subscribed that something changed. */
  readonly change: () => void
  readonly get: (path: string, init?: RequestInit) => Promise<Response>
  readonly close: () => Promise<void>
}

/** A server on a free port over a store in memory. */
export async function startServer(change: Partial<ServeDeps> & { currentPlan?: Plan } = {}): Promise<Fixture> {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const told = new Set<() => void>()
  const plan = change.currentPlan ?? EMPTY_PLAN
  const deps: ServeDeps = {
    db,
    plan: () => plan,
    addresses: () => ADDRESSES,
    status: () => HEALTHY,
    metrics: async () => '# nothing\n',
    collectors: [],
    http: { host: '127.0.0.1', port: 0, token: null, publicUrl: null },
    now: () => NOW,
    changes: {
      subscribe: (tell) => {
        told.add(tell)
        return () => told.delete(tell)
      },
    },
    scorecard: createScorecards(db, () => plan, change.now ?? (() => NOW)),
    ...change,
  }
  const server = createServer(deps)
  const { url, port } = await server.listen()
  return {
    db,
    url,
    port,
    deps,
    change: () => {
      for (const tell of told) tell()
    },
    get: (path, init) => fetch(url + path, init),
    close: async () => {
      await server.close()
      await db.close()
    },
  }
}
