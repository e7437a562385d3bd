import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startAssay } from '../support/daemon.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { cpSync } from 'node:fs'
import type { Figure } from './figure.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** Where `npm start` keeps what was compiled; the rest of its environment is given below. */
const CACHE = join(ROOT, 'node_modules', '.cache', 'assay')
/** The demo's catching up, and a while beyond. */
const WATCHED_MS = 60_000

/** Start of the daemon with the shipped rules until it is ready, and its memory over the first minute. */
export async function bench(): Promise<Figure[]> {
  const folder = temporaryFolder()
  try {
    cpSync(join(ROOT, 'rules'), join(folder.path, 'rules'), { recursive: true })
    cpSync(join(ROOT, 'alerts'), join(folder.path, 'alerts'), { recursive: true })
    const node = await nodeStart()
    const began = performance.now()
    const assay = await startAssay(join(folder.path, 'rules', 'assay.yaml'), {
      env: { NODE_COMPILE_CACHE: CACHE, MALLOC_ARENA_MAX: '2' },
    })
    const ready = performance.now() - began
    await pause(WATCHED_MS)
    const most = highestMegabytes(assay.child.pid ?? 0)
    await assay.stop()
    return [
      {
        name: 'ready',
        value: Math.round(ready),
        unit: 'ms',
        reference: 'node that starts and ends',
        reference_value: Math.round(node),
        ratio: Math.round((ready / node) * 10) / 10,
      },
      {
        name: 'memory with the demo, first minute at most',
        value: most,
        unit: 'MB',
        reference: 'goal',
        reference_value: 200,
        ratio: Math.round((most / 200) * 100) / 100,
      },
    ]
  } finally {
    folder.remove()
  }
}

async function nodeStart(): Promise<number> {
  const began = performance.now()
  await new Promise((resolve) => spawn(process.execPath, ['-e', '0']).on('exit', resolve))
  return performance.now() - began
}

/** What the process ever had in memory, by the kernel's own mark. */
function highestMegabytes(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Math.round((Number(line?.[1] ?? 0) * 1024) / 1_000_000)
}
