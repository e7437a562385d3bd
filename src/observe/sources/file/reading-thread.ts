import type { MessagePort, Worker } from 'node:worker_threads'
import { isPlausibleArrival } from '../../../model/time.ts'
import {
  type BatchBuilder,
  type BatchCursor,
  createBatchBuilder,
  type RecordBatch,
  readBatch,
} from '../../aside/batch.ts'
import type { EarlyCheck, Judged } from '../../check/early.ts'
import type { Decode } from '../../decode/decode.ts'
import type { LinesFrom } from './file-lines.ts'
import { type FileRecords, type OpenRecords, recordsHere } from './records.ts'

/** What the thread is asked for. A file may be open more than once: it goes by a number. */
type Request =
  | { readonly type: 'open'; readonly file: number; readonly path: string; readonly from: PlainFrom }
  | { readonly type: 'more'; readonly file: number }
  | { readonly type: 'close'; readonly file: number }

/** What it answers: a batch for each `more`, until it is over. */
type Answer =
  | { readonly type: 'records'; readonly file: number; readonly batch: RecordBatch }
  | { readonly type: 'end'; readonly file: number; readonly broken: boolean }
  | { readonly type: 'failed'; readonly file: number; readonly message: string; readonly code: string }

type PlainFrom = Omit<LinesFrom, 'isFinished'>

/** Batches that may be under way or waiting, so that neither thread waits for the other's last. */
const AHEAD = 3
/** Records from which on a batch goes over: each wakes the other thread. */
const WORTH_SENDING = 2_000
/** Bytes from which on fewer go over: 2,000 lines may be 2 GB. */
const HEAVY = 4 * 1024 * 1024

/** The thread's side: reads, decodes and judges finished files as it is asked to. */
export function serveRecords(port: MessagePort, decode: Decode, early: EarlyCheck): void {
  const open = new Map<number, Promise<FileRecords>>()
  /** One batch of a file at a time. */
  const turns = new Map<number, Promise<void>>()
  const openRecords = recordsHere(decode, early)

  async function answer(file: number): Promise<void> {
    try {
      const records = await open.get(file)
      if (records === undefined) return
      const builder = createBatchBuilder()
      await gather(records, builder)
      if (builder.size() === 0)
        return port.postMessage({ type: 'end', file, broken: records.isBroken() } satisfies Answer)
      const batch = builder.take()
      const message: Answer = { type: 'records', file, batch }
      port.postMessage(message, [batch.whole.buffer, batch.numbers.buffer])
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      const message = error instanceof Error ? error.message : String(error)
      port.postMessage({ type: 'failed', file, message, code } satisfies Answer)
    }
  }

  port.on('message', (request: Request) => {
    switch (request.type) {
      case 'open': {
        const opened = openRecords(request.path, { ...request.from, isFinished: () => true })
        opened.catch(() => undefined)
        open.set(request.file, opened)
        return
      }
      case 'more': {
        const { file } = request
        turns.set(
          file,
          (turns.get(file) ?? Promise.resolve()).then(() => answer(file)),
        )
        return
      }
      case 'close': {
        const records = open.get(request.file)
        open.delete(request.file)
        turns.delete(request.file)
        records?.then((opened) => opened.close()).catch(() => undefined)
      }
    }
  })
}

/** Reads on until there is enough for a batch, or the file is over. */
async function gather(records: FileRecords, builder: BatchBuilder): Promise<void> {
  for (;;) {
    const more = await records.more()
    if (more === 'last') add(records, builder.add)
    if (more !== 'fed') return
    while (records.next()) add(records, builder.add)
    if (builder.size() >= WORTH_SENDING || builder.weight() >= HEAVY) return
  }
}

/** One whose arrival isn't its own is judged where that is known. */
function add(records: FileRecords, to: (record: Judged, line: number, offset: number, end: number) => void): void {
  const { receivedAt } = records.read()
  const isDated = receivedAt !== null && isPlausibleArrival(receivedAt)
  const record = isDated ? records.judge() : { decoded: records.read(), judged: null }
  to(record, records.number(), records.offset(), records.end())
}

/** A thread that reads ahead, so that records are parsed and judged while those before them are counted. */
export interface ReadingThread {
  readonly openRecords: OpenRecords
  readonly close: () => Promise<void>
}

/** This side. `early`: for records that couldn't be judged there, for want of an arrival. */
export function createReadingThread(worker: Worker, early: EarlyCheck): ReadingThread {
  const waiting = new Map<number, (answer: Answer | Error) => void>()
  const answers = new Map<number, (Answer | Error)[]>()
  let files = 0
  let broken: Error | null = null

  worker.on('message', (answer: Answer) => deliver(answer.file, answer))
  worker.on('error', (error) => breakOff(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', (code) => breakOff(new Error(`the thread that reads ended with ${code}`)))

  function deliver(file: number, answer: Answer | Error): void {
    const wake = waiting.get(file)
    waiting.delete(file)
    if (wake !== undefined) wake(answer)
    else answers.get(file)?.push(answer)
  }

  function breakOff(error: Error): void {
    broken ??= error
    for (const file of [...waiting.keys()]) deliver(file, error)
  }

  const ask = (request: Request): void => worker.postMessage(request)

  function answered(file: number): Promise<Answer | Error> {
    const first = answers.get(file)?.shift()
    if (first !== undefined) return Promise.resolve(first)
    if (broken !== null) return Promise.resolve(broken)
    return new Promise((wake) => waiting.set(file, wake))
  }

  async function openRecords(path: string, { isFinished: _, ...from }: LinesFrom): Promise<FileRecords> {
    files += 1
    const file = files
    answers.set(file, [])
    ask({ type: 'open', file, path, from })
    for (let ahead = 0; ahead < AHEAD; ahead++) ask({ type: 'more', file })
    let batch: BatchCursor = readBatch(NOTHING)
    let isOver = false
    let isBroken = false

    return {
      next: () => batch.next(),
      more: async () => {
        if (isOver) return 'end'
        const answer = await answered(file)
        if (answer instanceof Error) throw answer
        switch (answer.type) {
          case 'records':
            ask({ type: 'more', file })
            batch = readBatch(answer.batch)
            return 'fed'
          case 'end':
            isOver = true
            isBroken = answer.broken
            return 'end'
          case 'failed':
            throw Object.assign(new Error(answer.message), answer.code === '' ? {} : { code: answer.code })
        }
      },
      number: () => batch.line(),
      offset: () => batch.offset(),
      end: () => batch.end(),
      read: () => batch.record().decoded,
      judge: () => {
        const record = batch.record()
        return record.judged === null ? early(record.decoded) : record
      },
      isBroken: () => isBroken,
      close: async () => {
        answers.delete(file)
        waiting.delete(file)
        ask({ type: 'close', file })
      },
    }
  }

  return { openRecords, close: async () => void (await worker.terminate()) }
}

const NOTHING: RecordBatch = {
  whole: new Uint32Array(0),
  numbers: new Float64Array(0),
  ids: '',
  kinds: [],
  others: [],
}
