import type { MessagePort, Worker } from 'node:worker_threads'
import type { EarlyCheck } from '../check/early.ts'
import type { Decode } from '../decode/decode.ts'
import { parsePayload } from '../decode/parse.ts'
import { createBatchBuilder, type RecordBatch } from './batch.ts'

/** Payloads one after the other, and where each ends. */
interface Request {
  readonly job: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly ends: Uint32Array<ArrayBuffer>
}

interface Decoded {
  readonly job: number
  readonly batch: RecordBatch
}

type Answer = 'ready' | Decoded

/** The thread's side: decodes and judges payloads in the order in which they come. */
export function serveDecoding(port: MessagePort, decode: Decode, early: EarlyCheck): void {
  port.on('message', ({ job, bytes, ends }: Request) => {
    const builder = createBatchBuilder()
    let start = 0
    for (const [index, end] of ends.entries()) {
      const parsed = parsePayload(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start))
      builder.add(early(parsed.ok ? decode(parsed.value, null) : parsed), index, start, end)
      start = end
    }
    const batch = builder.take()
    port.postMessage({ job, batch } satisfies Decoded, [batch.whole.buffer, batch.numbers.buffer])
  })
  port.postMessage('ready' satisfies Answer)
}

/** A thread that decodes and judges payloads, while those before them are counted and stored in this one. */
export interface DecodingThread {
  /** Whether it has started: what it is given before waits. */
  readonly isReady: () => boolean
  /** What the payloads come to, in their order; null: the thread has ended. */
  readonly decode: (payloads: readonly Uint8Array[]) => Promise<RecordBatch | null>
  readonly close: () => Promise<void>
}

/** This side. `onEnd`: told once when the thread has ended, with what broke it; null: nothing did. */
export function createDecodingThread(worker: Worker, onEnd: (error: Error | null) => void): DecodingThread {
  const waiting = new Map<number, (batch: RecordBatch | null) => void>()
  let jobs = 0
  let ready = false
  let ended = false

  function end(error: Error | null): void {
    if (ended) return
    ended = true
    for (const wake of waiting.values()) wake(null)
    waiting.clear()
    onEnd(error)
  }

  worker.on('message', (answer: Answer) => {
    if (answer === 'ready') {
      ready = true
      return
    }
    waiting.get(answer.job)?.(answer.batch)
    waiting.delete(answer.job)
  })
  worker.on('error', (error) => end(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => end(null))

  return {
    isReady: () => ready && !ended,
    decode: (payloads) => {
      if (ended) return Promise.resolve(null)
      jobs += 1
      const request: Request = { job: jobs, ...packed(payloads) }
      worker.postMessage(request, [request.bytes.buffer, request.ends.buffer])
      return new Promise((wake) => waiting.set(request.job, wake))
    },
    close: async () => void (await worker.terminate()),
  }
}

function packed(payloads: readonly Uint8Array[]): Pick<Request, 'bytes' | 'ends'> {
  const ends = new Uint32Array(payloads.length)
  let length = 0
  for (const [index, payload] of payloads.entries()) {
    length += payload.length
    ends[index] = length
  }
  const bytes = new Uint8Array(length)
  for (const [index, payload] of payloads.entries()) bytes.set(payload, (ends[index] ?? 0) - payload.length)
  return { bytes, ends }
}
