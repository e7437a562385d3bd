import type { RequestHandler, Response } from 'express'
import { HttpProblem } from './problems.ts'

/** Tells when something changed that a page shows: a minute was judged, records were stored, the plan was reloaded. */
export interface Changes {
  /** Calls `tell` at each change until the function it answers is called. */
  subscribe(tell: () => void): () => void
}

export interface LiveFeed {
  readonly route: RequestHandler
  /** Ends every open stream. */
  close(): void
}

const MOST_READERS = 200
/** Pages read anew at most this often, whatever the traffic. */
const LEAST_GAP_MS = 2_000
const HEARTBEAT_MS = 15_000

/** Server-sent events at `/live`: an empty `change` whenever a page should read itself anew. */
export function createLiveFeed(changes: Changes): LiveFeed {
  const readers = new Set<Response>()
  let waiting: NodeJS.Timeout | null = null
  let heartbeat: NodeJS.Timeout | null = null
  let unsubscribe: (() => void) | null = null

  const send = (text: string) => {
    // A reader that takes nothing is let go: its browser comes back by itself.
    for (const reader of readers) if (!reader.write(text) && reader.writableLength > 16_384) reader.destroy()
  }
  const tell = () => {
    waiting ??= setTimeout(() => {
      waiting = null
      send('event: change\ndata: {}\n\n')
    }, LEAST_GAP_MS).unref()
  }
  const leave = (reader: Response) => {
    readers.delete(reader)
    if (readers.size > 0) return
    unsubscribe?.()
    unsubscribe = null
    if (heartbeat !== null) clearInterval(heartbeat)
    heartbeat = null
  }

  return {
    route: (request, response) => {
      if (readers.size >= MOST_READERS) throw new HttpProblem(503, 'Too many readers', 'Too many pages are open.')
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      response.write('retry: 3000\n\n')
      readers.add(response)
      unsubscribe ??= changes.subscribe(tell)
      heartbeat ??= setInterval(() => send(': still here\n\n'), HEARTBEAT_MS).unref()
      request.on('close', () => leave(response))
    },
    close() {
      if (waiting !== null) clearTimeout(waiting)
      waiting = null
      for (const reader of [...readers]) {
        reader.end()
        leave(reader)
      }
    },
  }
}
