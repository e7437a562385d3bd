import { parentPort, workerData } from 'node:worker_threads'
import { createEarlyCheck } from '../observe/check/early.ts'
import { createDecoder } from '../observe/decode/decode.ts'
import { serveRecords } from '../observe/sources/file/reading-thread.ts'
import { planOfThread, type ThreadData } from './thread.ts'

// The entry of the thread that reads archives for a replay.
const { plan, format } = planOfThread(workerData as ThreadData)
if (parentPort !== null)
  serveRecords(
    parentPort,
    createDecoder(format),
    // A replay has no page that would show samples.
    createEarlyCheck(() => plan, Number.POSITIVE_INFINITY),
  )
