import { createServer } from 'node:net'

/** A free port below those that the system gives to clients: it must still be free when a server starts again. */
export function freePort(): Promise<number> {
  const port = 15_000 + Math.floor(Math.random() * 15_000)
  return new Promise((done) => {
    const server = createServer().once('error', () => done(freePort()))
    server.listen(port, '127.0.0.1', () => server.close(() => done(port)))
  })
}
