import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../model/failure.ts'

/** Files of a replay, in the order in which they are put in place at the end. */
export const OUTPUTS = [
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
  /**
   * Puts everything in place. An earlier replay's files go before the first new one comes, so that the folder never holds
   * some of each: a reader, or whoever finds it after a kill, sees files of one replay only, all of them or not yet all.
   */
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
    attempt(() => endCommit(out))
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
        try {
          for (const output of opened) output.giveWay()
          for (const output of opened) output.place()
        } catch (error) {
          for (const output of opened) output.undo()
          throw error
        }
        for (const { name } of opened) rmSync(oldPath(out, name), { force: true })
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
  /** Takes the earlier file out of the way. */
  readonly giveWay: () => void
  readonly place: () => void
  /** Puts the earlier file back. */
  readonly undo: () => void
  readonly discard: () => void
}

/** Written so far; whole once an earlier file has been taken out of the way. */
function partPath(out: string, name: OutputName): string {
  return join(out, `.${name}.part`)
}

/** An earlier replay's file while the new ones take their places. */
function oldPath(out: string, name: OutputName): string {
  return join(out, `.${name}.old`)
}

/** Ends what a replay was killed in: once the first earlier file had gone, every new one was whole. */
function endCommit(out: string): void {
  if (!OUTPUTS.some((name) => existsSync(oldPath(out, name)))) return
  for (const name of OUTPUTS) if (existsSync(partPath(out, name))) renameSync(partPath(out, name), join(out, name))
  for (const name of OUTPUTS) rmSync(oldPath(out, name), { force: true })
}

function openOutput(out: string, name: OutputName): Output {
  const final = join(out, name)
  const temporary = partPath(out, name)
  const old = oldPath(out, name)
  assertNoFolder(final)
  const file = openSync(temporary, 'w')
  let state: 'open' | 'closed' | 'placed' | 'gone' = 'open'
  let gaveWay = false
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
      // Without it a power cut could leave the name without the bytes.
      if (fstatSync(file).isFile()) fsyncSync(file)
      close()
    },
    giveWay: () => {
      if (!existsSync(final)) return
      renameSync(final, old)
      gaveWay = true
    },
    place: () => {
      renameSync(temporary, final)
      state = 'placed'
    },
    undo: () => {
      if (state === 'placed') renameSync(final, temporary)
      state = 'closed'
      if (gaveWay) renameSync(old, final)
      gaveWay = false
    },
    discard: () => {
      if (state === 'gone' || state === 'placed') return
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
