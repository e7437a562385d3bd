import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { HttpProblem } from './problems.ts'

/** The `http` section as the server needs it: secrets resolved. */
export interface HttpConfig {
  readonly host: string
  /** 0: one that is free. */
  readonly port: number
  readonly token: string | null
  readonly publicUrl: string | null
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Who may read pages, API and metrics. With a token: who shows it, as `Authorization: Bearer` or as the password of basic
 * auth. Without one Assay listens on loopback alone, where the danger is a web page in the user's own browser:
 * its `Host` must be one of ours (DNS rebinding), and a request that changes something must come from our own `Origin`.
 * Collectors are mounted before this guard: they are written for any origin and have write keys.
 */
export function guard(config: HttpConfig): RequestHandler {
  const hosts = ourHosts(config)
  return (request, response, next) => {
    if (config.token !== null) {
      if (!showsToken(request, config.token)) {
        response.set('www-authenticate', 'Basic realm="Assay", charset="UTF-8"')
        throw new HttpProblem(
          401,
          'Unauthorized',
          'Send the token as "Authorization: Bearer" or as the basic password.',
        )
      }
    } else if (!hosts.has(hostName(request.headers.host ?? ''))) {
      throw new HttpProblem(403, 'Unknown host', 'This Host is not served here; name it in http.public_url.')
    }
    if (!SAFE_METHODS.has(request.method) && !isOurOrigin(request, hosts)) {
      throw new HttpProblem(403, 'Foreign origin', 'A page of another origin may not change anything here.')
    }
    next()
  }
}

function showsToken(request: Request, token: string): boolean {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ', 2)
  if (/^bearer$/i.test(scheme)) return sameText(credentials, token)
  if (!/^basic$/i.test(scheme)) return false
  const text = Buffer.from(credentials, 'base64').toString('utf8')
  return sameText(text.slice(text.indexOf(':') + 1), token)
}

/** Compares in a time that doesn't depend on where the texts differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function ourHosts({ host, publicUrl }: HttpConfig): ReadonlySet<string> {
  const hosts = new Set(['localhost', '127.0.0.1', '[::1]', hostName(host.includes(':') ? `[${host}]` : host)])
  if (publicUrl !== null && URL.canParse(publicUrl)) hosts.add(new URL(publicUrl).hostname.toLowerCase())
  return hosts
}

/** The name without the port; a port can't be forged into ours by rebinding a name. */
function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '')
}

/** Programs send no Origin; browsers do with everything that changes something. */
function isOurOrigin(request: Request, hosts: ReadonlySet<string>): boolean {
  const { origin } = request.headers
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  return url.host === (request.headers.host ?? '').toLowerCase() || (hosts.has(url.hostname) && url.port === '')
}
