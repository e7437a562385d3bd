import { createReadStream, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createGunzip } from 'node:zlib'
import { Failure } from '../../model/failure.ts'
import type { Io } from '../io.ts'

/** The text of a file, plain or gzipped, or of standard input (`-`), in pieces. Throws a `Failure` where it can't be read. */
export async function* textOf(name: string, io: Io): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  try {
    for await (const chunk of bytesOf(name, io)) {
      if (io.signal.aborted) throw new Failure('interrupted', 'The backtest was interrupted.')
      yield decoder.decode(chunk, { stream: true })
    }
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error) || !('code' in error)) throw error
    throw new Failure('bad_input', `${name} can't be read (${String(error.code)})`)
  }
  yield decoder.decode()
}

function bytesOf(name: string, io: Io): AsyncIterable<Uint8Array> {
  if (name === '-') return io.stdin ?? process.stdin
  const path = resolve(io.cwd, name)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new Failure('bad_input', `there is no file ${name}`)
  if (found.isDirectory()) throw new Failure('bad_input', `${name} is a folder: give one CSV file`)
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  return path.endsWith('.gz') ? file.compose(createGunzip()) : file
}
