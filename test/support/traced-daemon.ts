import { readConfiguration } from '../../src/cli/project.ts'
import { startDaemon } from '../../src/runtime/app.ts'
import type { Daemon } from '../../src/runtime/daemon.ts'
import { createLog } from '../../src/runtime/log.ts'
import { type Files, writeProject } from './project.ts'

/** A daemon in this process, on a store in memory and a clock that can be put forward. */
export interface TracedDaemon extends Daemon {
  readonly root: string
  /** Log lines so far. */
  readonly lines: readonly Record<string, unknown>[]
  /** Lets the clock jump. */
  readonly forward: (by: number) => void
  /** Posts Segment events; answers the status. */
  readonly send: (events: readonly object[], headers?: Record<string, string>) => Promise<number>
}

/** `ahead`: how far its clock is before the world's; negative for one in the past. */
export async function startTraced(
  files: Files,
  env: Readonly<Record<string, string>> = {},
  ahead = 0,
): Promise<TracedDaemon> {
  const { root, config, remove } = writeProject(files)
  const read = readConfiguration(config, { cwd: root, env })
  if (read.project === null || read.plan === null) throw new Error(JSON.stringify(read.problems))
  const lines: Record<string, unknown>[] = []
  let shift = ahead
  const configuration = { project: read.project, plan: read.plan }
  const daemon = await startDaemon({
    configuration,
    reread: () => ({ configuration, problems: [] }),
    env,
    now: () => Date.now() + shift,
    write: () => undefined,
    log: createLog((line) => void lines.push(JSON.parse(line)), false),
    version: '1.2.3',
    pid: process.pid,
    port: 0,
  })
  return {
    ...daemon,
    root,
    lines,
    forward: (by) => {
      shift += by
    },
    send: async (events, headers = {}) => {
      const response = await fetch(`${daemon.url}/v1/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ batch: events }),
      })
      await response.text()
      return response.status
    },
    stop: async () => {
      await daemon.stop()
      remove()
    },
  }
}

/** A `track` call of the event in `SOUND`; without an id it breaks its contract. */
export function order(id: string | null): object {
  return { type: 'track', event: 'Order Completed', userId: 'u', properties: id === null ? {} : { order_id: id } }
}
