import { extname } from 'node:path'
import { type ResourceLimits, Worker } from 'node:worker_threads'
import { readProject } from '../config/load.ts'
import type { FormatConfig } from '../observe/decode/config.ts'
import { compilePlan } from '../plan/compile.ts'
import type { Plan } from '../plan/plan.ts'

/** What a thread that judges records starts from. `planHash`: of the plan that they are to be judged by. */
export interface ThreadData {
  /** Absolute path of `assay.yaml`. */
  readonly config: string
  readonly planHash: string
  readonly format: FormatConfig
}

/** Starts the thread whose entry is this file of `runtime`, without its ending: as it lies here, compiled or not. */
export function startThread(entry: string, workerData: ThreadData, resourceLimits: ResourceLimits = {}): Worker {
  const url = new URL(`./${entry}${extname(import.meta.filename)}`, import.meta.url)
  return new Worker(url, { workerData, resourceLimits })
}

/** The thread's side: contracts can't be handed over, so it compiles them anew. Throws where the configuration has changed meanwhile. */
export function planOfThread({ config, planHash, format }: ThreadData): { plan: Plan; format: FormatConfig } {
  const { plan } = compilePlan(readProject(config).project, new Map(), false)
  if (plan === null) throw new Error(`the configuration ${config} can no longer be read`)
  if (plan.hash !== planHash) throw new Error(`the configuration ${config} was changed while it was being read`)
  return { plan, format }
}
