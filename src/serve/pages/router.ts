import { type Response, Router } from 'express'
import helmet from 'helmet'
import type { ServeDeps } from '../deps.ts'
import { ASSETS } from './assets.ts'
import { eventPage } from './event/page.ts'
import { eventsPage } from './events/page.ts'
import { homePage } from './home/page.ts'
import { incidentPage } from './incident/page.ts'
import { runbookPage } from './runbook/page.ts'
import { newestScorecard, scorecardPage } from './scorecard/page.ts'
import { shared } from './shared.ts'
import { tablePage } from './table/page.ts'

/** Nothing from elsewhere, nothing inline: a payload that slipped through escaping still could not run. */
const security = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      scriptSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  // Assay speaks plain HTTP; whoever puts TLS before it sets this there.
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
})

/** The pages that people look at, and their files. */
export function pageRouter(deps: ServeDeps): Router {
  const router = Router()
  router.use(security)
  for (const { path, type, content } of Object.values(ASSETS)) {
    router.get(path, (_request, response) => {
      response.set({ 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }).send(content)
    })
  }
  const home = shared((base) => homePage(deps, base))
  router.get('/', async (request, response) => {
    const base = deps.http.publicUrl ?? `http://${request.headers.host ?? 'localhost'}`
    send(response, await home(base.replace(/\/+$/, '')))
  })
  router.get('/events', async (request, response) => send(response, await eventsPage(deps, request)))
  router.get('/events/:name', async (request, response) => send(response, await eventPage(deps, request.params.name)))
  router.get('/tables/:name', async (request, response) => send(response, await tablePage(deps, request.params.name)))
  router.get('/incidents/:id', async (request, response) => send(response, await incidentPage(deps, request.params.id)))
  router.get('/runbooks/:file', (request, response) => send(response, runbookPage(deps, request.params.file)))
  router.get('/scorecards', async (_request, response) => {
    response.redirect(302, `/scorecards/${await newestScorecard(deps)}`)
  })
  router.get('/scorecards/:month', async (request, response) =>
    send(response, await scorecardPage(deps, request.params.month)),
  )
  return router
}

function send(response: Response, page: string): void {
  response.set('cache-control', 'no-store').type('text/html; charset=utf-8').send(page)
}
