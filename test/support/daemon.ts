import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainEnvironment } from './plain-environment.ts'
import { until } from './until.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const MAIN = join(ROOT, 'src', 'main.ts')
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } }
/** What `npm start` gives to Node. */
const NODE_FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--'))

/** An Assay in a process of its own, as users run it. */
export interface RunningAssay {
  readonly url: string
  readonly child: ChildProcess
  /** What it has written so far, both streams. */
  readonly output: () => string
  /** SIGKILL, and the end of the process. */
  readonly kill: () => Promise<void>
  /** SIGINT, and its exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts `assay run` (or `demo`) on a configuration and waits until it says that it is ready. The port is a free one. `flags`: for Node; default those of `npm start`. */
export async function startAssay(
  config: string,
  {
    args = [],
    env = {},
    flags = NODE_FLAGS,
    command = 'run',
  }: {
    args?: readonly string[]
    env?: Readonly<Record<string, string>>
    flags?: readonly string[]
    command?: 'run' | 'demo'
  } = {},
): Promise<RunningAssay> {
  const child = spawn(process.execPath, [...flags, MAIN, command, '--config', config, '--port', '0', ...args], {
    cwd: ROOT,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = once(child, 'exit')
  // How soon it is ready is the start bench's to say: here a machine may be busy.
  const ready = (): string | undefined => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Assay ended: ${output}`)
    return /page\s+(http:\/\/\S+?)\/?\n/.exec(output)?.[1]
  }
  const url = await until('Assay to be ready', ready, 60_000).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      await ended
    }
    return child.exitCode
  }
  return { url, child, output: () => output, kill: async () => void (await end('SIGKILL')), stop: () => end('SIGINT') }
}
