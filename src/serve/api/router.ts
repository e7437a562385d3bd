import { type Response, Router } from 'express'
import { SCHEMA_VERSION } from '../../report/documents/verdict.ts'
import type { ServeDeps } from '../deps.ts'
import { scorecardFor } from '../scorecard.ts'
import { domainsAnswer } from './domains.ts'
import { eventAnswer } from './event.ts'
import { eventsAnswer } from './events.ts'
import { incidentAnswer, incidentsAnswer } from './incidents.ts'
import { datasetAnswer, lineageAnswer } from './lineage.ts'
import { choice, one, pagingOf, spanOf } from './query.ts'
import { slosAnswer } from './slos.ts'
import { tableAnswer, tablesAnswer } from './tables.ts'

/** `/api/v1`: what the pages show, as JSON. */
export function apiRouter(deps: ServeDeps): Router {
  const router = Router()
  router.use((_request, response, next) => {
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    next()
  })
  router.get('/domains', async (request, response) => {
    answer(response, await domainsAnswer(deps, pagingOf(request)))
  })
  router.get('/events', async (request, response) => {
    const span = spanOf(request, deps.now())
    answer(response, await eventsAnswer(deps, span, pagingOf(request), one(request, 'domain')))
  })
  router.get('/events/:name', async (request, response) => {
    answer(response, await eventAnswer(deps, request.params.name, spanOf(request, deps.now())))
  })
  router.get('/tables', async (request, response) => {
    const span = spanOf(request, deps.now())
    answer(response, await tablesAnswer(deps, span, pagingOf(request), one(request, 'domain')))
  })
  router.get('/tables/:name', async (request, response) => {
    answer(response, await tableAnswer(deps, request.params.name, spanOf(request, deps.now())))
  })
  router.get('/slos', async (request, response) => {
    const filter = { domain: one(request, 'domain'), event: one(request, 'event'), table: one(request, 'table') }
    answer(response, await slosAnswer(deps, pagingOf(request), filter))
  })
  router.get('/incidents', async (request, response) => {
    const state = choice(request, 'state', ['open', 'resolved', 'all'])
    const filter = { state, domain: one(request, 'domain'), event: one(request, 'event') }
    answer(response, await incidentsAnswer(deps, pagingOf(request), filter))
  })
  router.get('/incidents/:id', async (request, response) => {
    answer(response, await incidentAnswer(deps, request.params.id))
  })
  router.get('/scorecards/:month', async (request, response) => {
    const { text } = await scorecardFor(deps, request.params.month)
    response.type('application/json').send(text)
  })
  router.get('/lineage', async (request, response) => {
    answer(response, await lineageAnswer(deps, pagingOf(request), one(request, 'domain')))
  })
  router.get('/lineage/:dataset', async (request, response) => {
    answer(response, await datasetAnswer(deps, request.params.dataset, one(request, 'namespace')))
  })
  return router
}

function answer(response: Response, body: object): void {
  response.json({ schema_version: SCHEMA_VERSION, ...body })
}
