import { parentPort, workerData } from 'node:worker_threads'
import { serveDecoding } from '../observe/aside/decoding-thread.ts'
import { createEarlyCheck } from '../observe/check/early.ts'
import { createDecoder } from '../observe/decode/decode.ts'
import { planOfThread, type ThreadData } from './thread.ts'

// The entry of the thread that decodes what comes of a stream.
const { plan, format } = planOfThread(workerData as ThreadData)
if (parentPort !== null)
  serveDecoding(
    parentPort,
    createDecoder(format),
    createEarlyCheck(() => plan),
  )
