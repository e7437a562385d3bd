import { type ChildProcess, spawn } from 'node:child_process'

/** A server's program, started again and again at one address. */
export interface ServerProcess {
  /** The program as it runs now; null: it doesn't. Launches it where it ended by itself. */
  readonly launched: () => ChildProcess
  readonly running: () => ChildProcess | null
  /** Resolves once it is gone. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

/** `launch`: detached, so that a test's Ctrl-C goes by it; `endWith` ends what a run leaves behind. */
export function createServerProcess(launch: () => ChildProcess): ServerProcess {
  let running: ChildProcess | null = null

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = running
    if (child === null) return
    running = null
    child.ref()
    const ended = child.exitCode !== null ? Promise.resolve() : new Promise((done) => child.once('exit', done))
    child.kill(signal)
    await ended
  }

  return {
    launched: () => {
      if (running === null || running.exitCode !== null) {
        running = launch()
        running.unref()
      }
      return running
    },
    running: () => running,
    end,
  }
}

/** A small shell outlives even a killed process `user`: it sends `signal` to the server whose pid is the first line of `pidFile`, and removes the folders. */
export function endWith(
  user: number,
  { folders, pidFile, signal }: { folders: readonly [string, ...string[]]; pidFile: string; signal: 'KILL' | 'QUIT' },
): void {
  const script = `
    while kill -0 ${user} 2>/dev/null && [ -d '${folders[0]}' ]; do sleep 0.3; done
    [ -f '${pidFile}' ] && kill -${signal} $(head -n 1 '${pidFile}') && sleep 0.5
    rm -rf ${folders.map((folder) => `'${folder}'`).join(' ')}`
  spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' }).unref()
}
