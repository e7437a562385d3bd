import { type Response, Router } from 'express'
import type { ServeDeps } from './deps.ts'

/** The store must answer a probe within this time to count as reachable. */
const PROBE_MS = 2_000

/**
 * `/healthz`: the process lives. `/readyz`: the store answers and every source has started; else 503 and why. A bad change of
 * the configuration is told there, but makes nothing unready: the old one is in force.
 */
export function healthRouter({ db, status }: Pick<ServeDeps, 'db' | 'status'>): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => answer(response, 200, { status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const reasons = [...((await storeAnswers(db)) ? [] : ['the store does not answer']), ...status().notReady]
    const { lastReload } = status()
    const sources = status().sources.map(({ id, state, detail }) => ({ id, state, detail }))
    const ready = reasons.length === 0
    answer(response, ready ? 200 : 503, {
      status: ready ? 'ready' : 'not_ready',
      reasons,
      sources,
      telemetry: status().telemetry,
      configuration: { taken_over: lastReload?.ok ?? true, problems: lastReload?.problems ?? [] },
    })
  })
  return router
}

function answer(response: Response, status: number, body: object): void {
  response
    .status(status)
    .set('cache-control', 'no-store')
    .json({ schema_version: 1, ...body })
}

async function storeAnswers(db: ServeDeps['db']): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PROBE_MS, false)
  })
  const probe = db.all('select 1 as one').then(
    () => true,
    () => false,
  )
  const answered = await Promise.race([probe, late])
  clearTimeout(timer)
  return answered
}
