/** What a command may touch of the world, so that tests can run it whole without a process of its own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder that relative paths of the command line start from. */
  readonly cwd: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** What `-` reads; left out: the process's own standard input. */
  readonly stdin?: AsyncIterable<Uint8Array>
  /** Whether `out` is a terminal: colours and progress. */
  readonly isTerminal: boolean
  readonly now: () => number
  /** Aborts when the user wants the command to end. */
  readonly signal: AbortSignal
  /** Calls the listener when the process is told to read its configuration again (SIGHUP). */
  readonly onHangup?: (listener: () => void) => void
}

/** 0 nothing wrong · 1 what it checked is wrong · 2 input or configuration is bad · 3 Assay itself failed. */
export type ExitCode = 0 | 1 | 2 | 3
