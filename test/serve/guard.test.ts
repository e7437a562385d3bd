import { request } from 'node:http'
import { Router } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { type Fixture, startServer } from './fixture.ts'

let server: Fixture | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

/** A request whose Host is what we say, as a rebound name's would be. */
function ask(port: number, path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject).end()
  })
}

describe('with a token', () => {
  const http = { host: '127.0.0.1', port: 0, token: 's3cret', publicUrl: null }
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  test.each([
    ['no token', undefined, 401],
    ['a wrong one', 'Bearer s3cret2', 401],
    ['an empty one', 'Bearer ', 401],
    ['another scheme', 'Digest s3cret', 401],
    ['the token as bearer', 'Bearer s3cret', 200],
    ['the token in another case of the scheme', 'bearer s3cret', 200],
    ['the token as password', basic('anybody:s3cret'), 200],
    ['the token as user name', basic('s3cret:'), 401],
  ])('%s: %s → %i', async (_name, authorization, status) => {
    server = await startServer({ http })
    const headers = authorization === undefined ? {} : { authorization }
    for (const path of ['/', '/metrics', '/api/v1/slos', '/live-not', '/incidents/x']) {
      const answer = await server.get(path, { headers })
      await answer.text()
      const isThere = ['/', '/metrics', '/api/v1/slos'].includes(path)
      expect(answer.status, path).toBe(status === 200 && !isThere ? 404 : status)
    }
  })

  test('probes need none, and a browser is asked for it', async () => {
    server = await startServer({ http })
    expect((await server.get('/healthz')).status).toBe(200)
    expect((await server.get('/readyz')).status).toBe(200)
    const refused = await server.get('/')
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
  })

  test('any Host is served: a proxy may stand before it', async () => {
    server = await startServer({ http })
    expect(await ask(server.port, '/', { host: 'assay.example.org', authorization: 'Bearer s3cret' })).toBe(200)
  })
})

describe('on loopback without a token', () => {
  test.each([
    ['127.0.0.1:8686', 200],
    ['localhost:1', 200],
    ['LOCALHOST', 200],
    ['[::1]:8686', 200],
    ['assay.example.org', 200],
    ['evil.example.com:8686', 403],
    ['127.0.0.1.evil.example.com', 403],
    ['localhost:1@evil.example.com', 403],
  ])('Host %s → %i', async (host, status) => {
    server = await startServer({
      http: { host: '127.0.0.1', port: 0, token: null, publicUrl: 'https://assay.example.org/' },
    })
    for (const path of ['/', '/api/v1/slos', '/metrics'])
      expect(await ask(server.port, path, { host }), path).toBe(status)
    expect(await ask(server.port, '/healthz', { host })).toBe(200)
  })

  test.each([
    ['no Origin (a program)', undefined, 404],
    ['our own', 'http://127.0.0.1:PORT', 404],
    ['another port of this host', 'http://127.0.0.1:1', 403],
    ['a page elsewhere', 'https://evil.example.com', 403],
    ['an opaque one', 'null', 403],
  ])('a request that changes something, from %s', async (_name, origin, status) => {
    server = await startServer()
    const headers = {
      host: `127.0.0.1:${server.port}`,
      ...(origin === undefined ? {} : { origin: origin.replace('PORT', String(server.port)) }),
    }
    expect(await ask(server.port, '/api/v1/incidents/x', headers, 'POST')).toBe(status)
  })

  test('collectors take any Host and Origin, by their own rules', async () => {
    const collector = Router()
    collector.post('/v1/track', (_request, response) => {
      response.json({ success: true })
    })
    server = await startServer({ collectors: [collector] })
    const headers = { host: 'shop.example.com', origin: 'https://shop.example.com' }
    expect(await ask(server.port, '/v1/track', headers, 'POST')).toBe(200)
  })
})
