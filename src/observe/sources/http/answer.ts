import type { IncomingMessage, ServerResponse } from 'node:http'

/** Any page may send here: nothing that is read back is secret, and no cookie counts. */
export const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after',
} as const

const DEFAULT_ALLOWED = 'authorization, content-encoding, content-type, x-retry-count'
/** For how long a body that nobody wants is thrown away, so that its sender gets to read the answer. */
const LINGER_MS = 1_000

const TITLES: Readonly<Record<number, string>> = {
  400: 'Unreadable body',
  401: 'Unknown write key',
  404: 'Not found',
  408: 'Body came too slowly',
  413: 'Body too large',
  415: 'Unknown content encoding',
  429: 'Too many requests',
}

export function answerJson(response: ServerResponse, document: unknown): void {
  const text = JSON.stringify(document)
  response.writeHead(200, {
    ...CORS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** A problem document (RFC 9457). 429 carries Retry-After in whole seconds. */
export function answerProblem(response: ServerResponse, status: number, detail: string, retryAfterSeconds = 0): void {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Problem', status, detail })
  response.writeHead(status, {
    ...CORS,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(text),
    ...(retryAfterSeconds > 0 ? { 'retry-after': String(Math.ceil(retryAfterSeconds)) } : {}),
    ...(status === 401 ? { 'www-authenticate': 'Basic realm="write key", charset="UTF-8"' } : {}),
    ...(status === 408 || status === 413 ? { connection: 'close' } : {}),
  })
  if (response.req.complete) response.end(text)
  else endLingering(response.req, response, text)
}

/**
 * Sends the whole answer, then throws away the rest of the body for a moment before it gives the connection up: closing
 * at once with unread bytes resets it, and the sender would see that instead of the answer.
 */
function endLingering(request: IncomingMessage, response: ServerResponse, text: string): void {
  response.write(text)
  const close = () => {
    clearTimeout(timer)
    response.end()
  }
  const timer = setTimeout(() => {
    close()
    request.destroy()
  }, LINGER_MS)
  request.on('error', () => undefined)
  request.once('end', close).once('close', close)
  request.resume()
}

/** The browser's question whether a page may send; the answer is yes. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204, {
    ...CORS,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? DEFAULT_ALLOWED,
    'access-control-max-age': '7200',
    vary: 'access-control-request-headers',
  })
  response.end()
}
