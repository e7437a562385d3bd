import { setTimeout as pause } from 'node:timers/promises'
import type { Duration } from '../model/time.ts'

/** Runs `work` again and again with a pause between, until the signal aborts. */
export async function every(wait: Duration, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await pause(wait, undefined, { signal, ref: false }).catch(() => undefined)
    if (!signal.aborted) await work()
  }
}
