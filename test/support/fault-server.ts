import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server does instead of answering as usual. */
type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /** Takes the request, never answers. */
  | { readonly kind: 'hang' }
  /** Takes the request, then cuts the connection. */
  | { readonly kind: 'drop' }
  /** Does what the request asks, then cuts the connection instead of answering. */
  | { readonly kind: 'drop after' }
  /** Does what the request asks, then never answers. */
  | { readonly kind: 'hang after' }
  /** Answers, but the body never ends. */
  | { readonly kind: 'slow body'; readonly status: number }
  /** Answers with a byte every few milliseconds, for ever. */
  | { readonly kind: 'trickle'; readonly status: number }
  /** Answers with a body of this many bytes. */
  | { readonly kind: 'huge body'; readonly status: number; readonly bytes: number }

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The same as it came. */
  readonly bytes: Buffer
}

export interface Reply {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body: string
}

export interface FaultServer {
  readonly url: string
  /** Every request, faulty answers included, in the order in which they came. */
  readonly requests: ReceivedRequest[]
  /** Applies to the next requests, one each; with `for ever`, to all until `mend`. */
  readonly fail: (fault: Fault, how?: 'once' | 'for ever') => void
  readonly mend: () => void
  readonly close: () => Promise<void>
}

/** A local HTTP server that answers as `answer` says, but for the faults it is told to have. */
export async function startFaultServer(answer: (request: ReceivedRequest) => Reply): Promise<FaultServer> {
  const requests: ReceivedRequest[] = []
  let faults: Fault[] = []
  let always: Fault | null = null
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', () => undefined)
    incoming.on('end', () => {
      const bytes = Buffer.concat(chunks)
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: bytes.toString('utf8'),
        bytes,
      }
      requests.push(request)
      const fault = faults.shift() ?? always
      if (fault === null) reply(response, answer(request))
      else if (fault.kind === 'drop after') {
        answer(request)
        response.socket?.destroy()
      } else if (fault.kind === 'hang after') answer(request)
      else misbehave(fault, response)
    })
  })
  await listening(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail: (fault, how = 'once') => {
      if (how === 'once') faults.push(fault)
      else always = fault
    },
    mend: () => {
      faults = []
      always = null
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
}

function reply(response: ServerResponse, { status, headers = {}, body }: Reply): void {
  response.writeHead(status, headers)
  response.end(body)
}

function misbehave(fault: Exclude<Fault, { kind: 'drop after' | 'hang after' }>, response: ServerResponse): void {
  switch (fault.kind) {
    case 'hang':
      return
    case 'drop':
      response.socket?.destroy()
      return
    case 'status':
      reply(response, { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' })
      return
    case 'slow body':
      response.writeHead(fault.status)
      response.write('half an ')
      return
    case 'trickle': {
      response.writeHead(fault.status)
      const drops = setInterval(() => response.write('.'), 20)
      response.once('close', () => clearInterval(drops))
      return
    }
    case 'huge body':
      reply(response, { status: fault.status, body: 'x'.repeat(fault.bytes) })
      return
  }
}
