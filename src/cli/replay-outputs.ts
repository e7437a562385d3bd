import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../model/failure.ts'

/** Files of a replay, in the order in which they are put in place at the end. */
const OUTPUTS = [
  'verdicts.ndjson',
  'notifications.ndjson',
  'quarantine.ndjson',
  'incidents.json',
  'metrics.prom',
  'scorecard.json',
] as const
type OutputName = (typeof OUTPUTS)[number]

/** The files of a replay, written beside their names. Each call throws `output_not_writable` where it can't. */
export interface ReplayOutputs {
  readonly write: (name: OutputName, text: string) => void
  /** Puts everything in place. */
  readonly commit: () => void
  /** Takes away what was written: an earlier replay's files are as they were. No effect after `commit`. */
  readonly discard: () => void
}

/** Characters gathered before they are written. */
const CHUNK = 1 << 19

/** Opens every file at once: a folder that takes no results is told before an archive is read, not after. */
export function openOutputs(out: string): ReplayOutputs {
  const opened: Output[] = []
  try {
    attempt(() => mkdirSync(out, { recursive: true }))
    for (const name of OUTPUTS) opened.push(attempt(() => openOutput(out, name)))
  } catch (error) {
    for (const output of opened) output.discard()
    throw error
  }
  const byName = new Map(opened.map((output) => [output.name, output]))
  return {
    write: (name, text) => attempt(() => byName.get(name)?.write(text)),
    commit: () => {
      attempt(() => {
        for (const output of opened) output.finish()
        // Every file is whole by now, and none of the names is in another's way.
        for (const { name } of opened) assertNoFolder(join(out, name))
        for (const output of opened) output.place()
      })
    },
    discard: () => {
      for (const output of opened) output.discard()
    },
  }
}

interface Output {
  readonly name: OutputName
  readonly write: (text: string) => void
  readonly finish: () => void
  readonly place: () => void
  readonly discard: () => void
}

function openOutput(out: string, name: OutputName): Output {
  const final = join(out, name)
  const temporary = join(out, `.${name}.part`)
  assertNoFolder(final)
  const file = openSync(temporary, 'w')
  let state: 'open' | 'closed' | 'gone' = 'open'
  let gathered = ''

  const flush = (): void => {
    const bytes = Buffer.from(gathered)
    gathered = ''
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
  }
  const close = (): void => {
    if (state !== 'open') return
    state = 'closed'
    closeSync(file)
  }
  return {
    name,
    write: (text) => {
      gathered += text
      if (gathered.length >= CHUNK) flush()
    },
    finish: () => {
      flush()
      close()
    },
    place: () => {
      renameSync(temporary, final)
      state = 'gone'
    },
    discard: () => {
      if (state === 'gone') return
      try {
        close()
      } finally {
        rmSync(temporary, { force: true })
        state = 'gone'
      }
    },
  }
}

function assertNoFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error(`${path} is a folder`)
}

function attempt<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new Failure('output_not_writable', `The results cannot be written (${said}).`, {
      remedy: 'Make room for them, or name another folder with --out; what an earlier replay wrote is as it was.',
      cause: error,
    })
  }
}
