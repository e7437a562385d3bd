import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A script of this folder in a process of its own, under the same runtime. */
export interface Child {
  readonly process: ChildProcess
  /** What it printed so far, line by line. */
  readonly lines: readonly string[]
  readonly errors: () => string
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>
}

export function startChild(script: string, ...args: readonly string[]): Child {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let errors = ''
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
  })
  const ended = new Promise((done) => child.once('close', done))
  return {
    process: child,
    lines,
    errors: () => errors,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
