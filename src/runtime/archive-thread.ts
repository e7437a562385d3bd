import { parentPort, workerData } from 'node:worker_threads'
import { readProject } from '../config/load.ts'
import { createEarlyCheck } from '../observe/check/early.ts'
import { createDecoder } from '../observe/decode/decode.ts'
import { serveRecords } from '../observe/sources/file/reading-thread.ts'
import { compilePlan } from '../plan/compile.ts'
import type { ArchiveThreadData } from './read-archive.ts'

// The entry of the thread that reads archives for a replay: contracts can't be handed over, so it compiles them anew.
const { config, planHash, format } = workerData as ArchiveThreadData
const { plan } = compilePlan(readProject(config).project, new Map(), false)
if (plan === null || parentPort === null) throw new Error(`the configuration ${config} can no longer be read`)
if (plan.hash !== planHash) throw new Error(`the configuration ${config} was changed while it was being read`)
serveRecords(
  parentPort,
  createDecoder(format),
  createEarlyCheck(() => plan),
)
