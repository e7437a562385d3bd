import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { Failure } from '../model/failure.ts'
import { apiRouter } from './api/router.ts'
import type { ServeDeps } from './deps.ts'
import { guard, type HttpConfig } from './guard.ts'
import { healthRouter } from './health.ts'
import { createLiveFeed } from './live.ts'
import { pageRouter } from './pages/router.ts'
import { problems, unknownPath } from './problems.ts'

/** The HTTP server. */
export interface Server {
  /** Throws `Failure` with code `port_taken` or `cannot_listen`. */
  listen(): Promise<{ url: string; port: number }>
  /** Answers what has been asked, ends what is open; takes 2 s at most. */
  close(): Promise<void>
  readonly app: Express
}

const CLOSE_MS = 1_500

/** The HTTP server: collectors, then health, then (guarded) metrics, API and pages. */
export function createServer(deps: ServeDeps): Server {
  const live = createLiveFeed(deps.changes)
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  for (const collector of deps.collectors) app.use(collector)
  app.use(healthRouter(deps))
  app.use(guard(deps.http))
  app.get('/metrics', async (_request, response) => {
    response.set('cache-control', 'no-store').type('text/plain; version=0.0.4; charset=utf-8')
    response.send(await deps.metrics())
  })
  app.get('/live', live.route)
  app.use('/api/v1', apiRouter(deps))
  app.use(pageRouter(deps))
  app.use(unknownPath)
  app.use(problems(deps.report ?? (() => undefined)))

  const server = createHttpServer({ requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 10_000 }, app)
  return {
    app,
    listen: () =>
      new Promise((resolve, reject) => {
        const fail = (error: NodeJS.ErrnoException) => reject(listenFailure(error, deps.http))
        server.once('error', fail)
        server.listen(deps.http.port, deps.http.host, () => {
          server.off('error', fail)
          const { port } = server.address() as AddressInfo
          resolve({ url: `http://${urlHost(deps.http.host)}:${port}`, port })
        })
      }),
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve()
        live.close()
        const force = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
        server.close(() => {
          clearTimeout(force)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

function listenFailure(error: NodeJS.ErrnoException, { host, port }: HttpConfig): Failure {
  const address = `${urlHost(host)}:${port}`
  if (error.code === 'EADDRINUSE') {
    return new Failure('port_taken', `Port ${port} on ${host} is taken by another program.`, {
      remedy: 'Stop that program (another Assay?), or set another http.port in assay.yaml.',
      cause: error,
    })
  }
  const reason = error.code === 'EACCES' ? 'not allowed for this user' : (error.code ?? 'unknown error')
  return new Failure('cannot_listen', `Cannot listen on ${address}: ${reason}.`, {
    remedy: 'Check http.host and http.port in assay.yaml.',
    cause: error,
  })
}

/** A wildcard address is reached by people as localhost. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
