import { availableParallelism } from 'node:os'
import type { DecodingAside } from '../observe/aside/aside.ts'
import { createDecodingThread, type DecodingThread } from '../observe/aside/decoding-thread.ts'
import type { FormatConfig } from '../observe/decode/config.ts'
import type { Plan } from '../plan/plan.ts'
import type { Log } from './log.ts'
import { startThread } from './thread.ts'

export interface DecodeAsideDeps {
  /** Of the source, for the log. */
  readonly id: string
  /** Absolute path of `assay.yaml`. */
  readonly config: string
  readonly format: FormatConfig
  readonly plan: () => Plan
  readonly log: Log
  /** Processors that this process may use. */
  readonly processors?: number
  /** Payloads from which on a batch is handed over. */
  readonly least?: number
}

/** Batches smaller than this are decoded in less time than it takes to hand them over. */
const WORTH_HANDING = 500
/** A thread costs half a second and some 50 MB: it is started once so many large batches came within so many ms of each other. */
const WORTH_STARTING = 5
const IN_A_ROW = 1_000
/** Without work for so long it ends. */
const IDLE = 60_000
/** Its garbage is young: more room for it would only be memory. */
const YOUNG_MEGABYTES = 32

/** Keeps a thread that decodes while a source brings more than one thread can take in. */
export function createDecodeAside(deps: DecodeAsideDeps): DecodingAside {
  const { id, config, format, plan, log, processors = availableParallelism(), least = WORTH_HANDING } = deps
  let thread: { readonly planHash: string; readonly decoding: DecodingThread } | null = null
  let idle: NodeJS.Timeout | undefined
  let large = 0
  let lastLarge = Number.NEGATIVE_INFINITY
  /** The plan by which a thread broke off: it isn't tried again with it. */
  let given: string | null = null

  function start(planHash: string): void {
    const worker = startThread(
      'decode-thread',
      { config, planHash, format },
      { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    )
    worker.unref()
    const decoding = createDecodingThread(worker, (error) => {
      if (thread?.decoding === decoding) thread = null
      if (error === null) return
      given = planHash
      log.warn({ source: id }, `records are decoded by the main thread alone: ${error.message}`)
    })
    thread = { planHash, decoding }
  }

  function close(): void {
    clearTimeout(idle)
    void thread?.decoding.close()
    thread = null
    large = 0
  }

  function isBusy(): boolean {
    const at = performance.now()
    large = at - lastLarge > IN_A_ROW ? 1 : large + 1
    lastLarge = at
    return large >= WORTH_STARTING
  }

  function wants(payloads: number): boolean {
    if (payloads < least || processors < 2) return false
    const { hash } = plan()
    if (thread !== null && thread.planHash !== hash) close()
    if (thread === null && given !== hash && isBusy()) start(hash)
    if (thread?.decoding.isReady() !== true) return false
    clearTimeout(idle)
    idle = setTimeout(close, IDLE).unref()
    return true
  }

  return {
    wants,
    decode: async (payloads) => {
      if (thread === null) return null
      const { planHash, decoding } = thread
      const batch = await decoding.decode(payloads)
      return planHash === plan().hash ? batch : null
    },
    close,
  }
}
