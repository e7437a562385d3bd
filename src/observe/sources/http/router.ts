import type { ServerResponse } from 'node:http'
import express, { type Request, type Router } from 'express'
import type { Instant } from '../../../model/time.ts'
import { sentTraceparent } from '../../../model/trace.ts'
import type { FormatConfig } from '../../decode/config.ts'
import { answerJson, answerPreflight, answerProblem, CORS } from './answer.ts'
import { createBodyReader } from './body.ts'
import { createEventsReader } from './cloud-events.ts'
import { inflate } from './inflate.ts'
import type { HttpLimits } from './limits.ts'
import type { Outcome, Waiting } from './queue.ts'
import { readSegment, SEGMENT_PATHS, type SegmentCall } from './segment.ts'
import { browserSettings } from './settings.ts'
import type { Submission } from './submission.ts'
import { createKeyCheck, offeredKey } from './write-key.ts'

/** What the routes need of the source behind them. */
export interface Intake {
  /** Why nothing more can be taken now, with the bytes that are being read counted in; null: it can. */
  readonly busy: (readingBytes: number) => { readonly detail: string; readonly retryAfterSeconds: number } | null
  readonly add: (request: Waiting) => void
}

export interface RouterDeps {
  readonly intake: Intake
  readonly format: FormatConfig | null
  readonly writeKeys: readonly string[] | null
  readonly limits: HttpLimits
  readonly now: () => Instant
}

/** A body that was read and unpacked. */
interface Received {
  readonly bytes: Buffer
  readonly receipt: Instant
  /** The key of the `Authorization` header, if it was right; null: none was sent. */
  readonly key: string | null
}

/**
 * The collectors' routes: Segment's API, `/events`, and the settings that Segment's browser library asks for. Whatever
 * is sent, the answer is one of 200, 400, 401, 408, 413, 415 and 429.
 */
export function collectorRouter({ intake, format, writeKeys, limits, now }: RouterDeps): Router {
  const router = express.Router()
  const bodies = createBodyReader(limits.pendingBytes)
  const isRight = createKeyCheck(writeKeys)
  const readEvents = createEventsReader(format)

  const turnAwayIfBusy = (response: ServerResponse): boolean => {
    const busy = intake.busy(bodies.held())
    if (busy !== null) answerProblem(response, 429, busy.detail, busy.retryAfterSeconds)
    return busy !== null
  }

  /** Null: it has been answered, or nobody waits for an answer. */
  const receive = async (request: Request, response: ServerResponse): Promise<Received | null> => {
    const key = offeredKey(request.headers.authorization)
    if (key !== null && !isRight(key)) return refuse(response, 401, WRONG_KEY)
    if (turnAwayIfBusy(response)) return null
    const body = await bodies.read(request, limits.bodyBytes, limits.bodyTimeout)
    const receipt = now()
    if (body.outcome === 'gone') return null
    if (body.outcome === 'full') return turnAway(response)
    if (body.outcome === 'too_slow') return refuse(response, 408, 'The body did not arrive in time.')
    if (body.outcome === 'too_large') return refuse(response, 413, tooLarge(limits))
    const inflated = inflate(request.headers['content-encoding'], body.bytes, limits.bodyBytes)
    if ('bytes' in inflated) return { bytes: inflated.bytes, receipt, key }
    if (inflated.problem === 'too_large') return refuse(response, 413, tooLarge(limits))
    if (inflated.problem === 'broken') return refuse(response, 400, 'The body is not what Content-Encoding says.')
    return refuse(response, 415, 'Send the body plain, or encoded with one of gzip, deflate, br and zstd.')
  }

  const submit = (response: ServerResponse, submission: Submission, { bytes, receipt }: Received) => {
    if (submission.count === 0) return answerJson(response, { success: true })
    if (turnAwayIfBusy(response)) return
    const answer = (outcome: Outcome) => answerOutcome(response, outcome, submission.expected)
    const traceparent = sentTraceparent(response.req.headers['traceparent'])
    intake.add({ submission, receipt, bytes: bytes.length, traceparent, answer })
  }

  const collectSegment = async (call: SegmentCall, request: Request, response: ServerResponse) => {
    const received = await receive(request, response)
    if (received === null) return
    const body = readSegment(received.bytes, call)
    // Who may not send learns nothing about the body; a key in the body can only be looked for in one that is readable.
    const key = received.key ?? ('unreadable' in body ? null : body.writeKey)
    if (!isRight(key)) return answerProblem(response, 401, WRONG_KEY)
    if ('unreadable' in body) return answerProblem(response, 400, body.detail)
    submit(response, body.submission, received)
  }

  for (const [path, call] of SEGMENT_PATHS) {
    router.post(path, (request, response) => collectSegment(call, request, response))
    router.options(path, answerPreflight)
  }

  router.post('/events', async (request, response) => {
    const received = await receive(request, response)
    if (received === null) return
    if (!isRight(received.key)) return answerProblem(response, 401, WRONG_KEY)
    const submission = readEvents(received.bytes, request.headers)
    if ('unreadable' in submission) return answerProblem(response, 400, submission.detail)
    submit(response, submission, received)
  })
  router.options('/events', answerPreflight)

  router.get('/v1/projects/:key/settings', (request, response) => {
    const { key } = request.params
    if (!isRight(key)) return answerProblem(response, 404, 'There is no project with this write key.')
    const settings = browserSettings(request, key)
    if (settings === null) return answerProblem(response, 400, 'The Host header names no host.')
    response.set({ ...CORS, 'cache-control': 'no-store' })
    answerJson(response, settings)
  })
  router.options('/v1/projects/:key/settings', answerPreflight)
  return router
}

const WRONG_KEY =
  'Send a configured write key: as user of basic auth, as bearer token or, in a Segment body, as "writeKey".'

function tooLarge({ bodyBytes }: HttpLimits): string {
  return `A body may have ${bodyBytes} bytes, as sent and unpacked. Send smaller batches.`
}

function turnAway(response: ServerResponse): null {
  answerProblem(response, 429, 'More is being sent than may be held.', 1)
  return null
}

function refuse(response: ServerResponse, status: number, detail: string): null {
  answerProblem(response, status, detail)
  return null
}

function answerOutcome(response: ServerResponse, outcome: Outcome, expected: string | null): void {
  if (response.destroyed) return
  if (!outcome.stored) {
    answerProblem(response, 429, 'Not stored. Send it again.', outcome.retryAfterSeconds)
    return
  }
  const unread = expected === null || outcome.undecodable === 0 ? {} : { undecodable: outcome.undecodable, expected }
  answerJson(response, { success: true, ...unread })
}
