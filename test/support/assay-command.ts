import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { plainEnvironment } from './plain-environment.ts'
import { temporaryFolder } from './temporary.ts'

export const REPOSITORY = join(import.meta.dirname, '..', '..')
const MAIN = join(REPOSITORY, 'src', 'main.ts')

/** A process from its start to its end. */
export interface Command {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  /** Its exit code; null: a signal ended it. */
  readonly ended: Promise<number | null>
}

interface CommandOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** A process group of its own, as a terminal gives to what it starts. */
  readonly detached?: boolean
}

/** Starts any program and collects what it writes. */
export function startCommand(program: string, args: readonly string[], options: CommandOptions): Command {
  const { cwd, env = {}, detached = false } = options
  const child = spawn(program, args, {
    cwd,
    detached,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { child, out: () => texts.out, err: () => texts.err, ended }
}

/** `assay …` in a process of its own. */
export function startAssayCommand(args: readonly string[], options: CommandOptions): Command {
  return startCommand(process.execPath, [MAIN, ...args], options)
}

/** A command that hasn't ended by then never will; it must not outlive the test. */
const NEVER_ENDS_MS = 25_000

/** Runs `assay …` to its end; one that doesn't come to it is killed, and its code is null. */
export async function runAssay(
  args: readonly string[],
  options: CommandOptions,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const command = startAssayCommand(args, options)
  const deadline = setTimeout(() => command.child.kill('SIGKILL'), NEVER_ENDS_MS)
  const code = await command.ended.finally(() => clearTimeout(deadline))
  return { code, out: command.out(), err: command.err() }
}

/** The repository as it was cloned and installed, with rules and alerts that a test may change. */
export function copyOfRepository(): { readonly root: string; readonly remove: () => void } {
  const { path: root, remove } = temporaryFolder()
  for (const name of ['rules', 'alerts']) cpSync(join(REPOSITORY, name), join(root, name), { recursive: true })
  for (const name of ['src', 'scripts', 'node_modules', 'package.json', 'package-lock.json']) {
    symlinkSync(join(REPOSITORY, name), join(root, name))
  }
  return { root, remove }
}
