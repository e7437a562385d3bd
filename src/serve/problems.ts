import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { Failure } from '../model/failure.ts'
import { SCHEMA_VERSION } from '../report/documents/verdict.ts'

/** An answer that isn't what was asked for, as RFC 9457 describes it. Thrown by routes, printed by `problems`. */
export class HttpProblem extends Error {
  readonly status: number
  readonly title: string
  readonly fields: Readonly<Record<string, unknown>>

  constructor(status: number, title: string, detail: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.name = 'HttpProblem'
    this.status = status
    this.title = title
    this.fields = fields
  }
}

export function notFound(what: string, name: string): HttpProblem {
  return new HttpProblem(404, 'Not found', `There is no ${what} "${name.slice(0, 200)}".`)
}

/** Sends a problem document. */
function sendProblem(response: Response, problem: HttpProblem): void {
  const { status, title, fields } = problem
  response.status(status).type('application/problem+json')
  const known = { schema_version: SCHEMA_VERSION, type: 'about:blank', title, status, detail: problem.message }
  response.send(JSON.stringify({ ...known, ...fields }))
}

/** The last route: nothing is served at this path. */
export const unknownPath: RequestHandler = (request) => {
  throw new HttpProblem(404, 'Not found', `Nothing is served at ${request.path.slice(0, 200)}.`)
}

/** Turns what a route threw into an answer. What broke inside is reported, never shown. */
export function problems(report: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    if (error instanceof HttpProblem) return sendProblem(response, error)
    if (error instanceof URIError) {
      return sendProblem(response, new HttpProblem(400, 'Bad request', 'The path is not valid percent-encoding.'))
    }
    report(error)
    if (error instanceof Failure && error.retryable) {
      response.set('retry-after', '5')
      return sendProblem(response, new HttpProblem(503, 'Store unavailable', 'The store does not answer; try again.'))
    }
    sendProblem(response, new HttpProblem(500, 'Internal error', 'Assay failed to answer; its log says why.'))
  }
}
