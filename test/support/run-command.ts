import type { ExitCode, Io } from '../../src/cli/io.ts'

/** What a command answered and printed. */
export interface Ran {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** Runs a command in this process, in the folder `cwd` and without an environment, unless `change` says otherwise. */
export async function runCommand(
  cwd: string,
  command: (io: Io) => Promise<ExitCode>,
  change: Partial<Io> = {},
): Promise<Ran> {
  let [out, err] = ['', '']
  const code = await command({
    env: {},
    cwd,
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    isTerminal: false,
    now: Date.now,
    signal: new AbortController().signal,
    ...change,
  })
  return { code, out, err }
}
