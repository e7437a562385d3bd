import { CommanderError } from 'commander'
import { Failure } from '../model/failure.ts'
import type { ExitCode, Io } from './io.ts'

/** Says why a command ended, with what would help, and answers its exit code. */
export function explainFailure(error: unknown, io: Io): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Failure) {
    const sentences = [error.message, error.remedy].filter((text) => text !== '').map(sentence)
    io.err(`assay: ${sentences.join(' ')}\n`)
    return error.code === 'bad_input' ? 2 : 3
  }
  io.err(`assay: this is a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 3
}

/** A word that begins a sentence; a key or a path that does (`http.token`, `out/x`) is written as it is. */
const WORD = /^\p{Ll}[\p{L}'’]*(?=[\s,;:!?]|$)/u

/** A capital at its start, a full stop at its end, one line. */
function sentence(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ')
  const began = WORD.test(line) ? `${line.charAt(0).toUpperCase()}${line.slice(1)}` : line
  return `${began}${/[.!?]$/.test(line) ? '' : '.'}`
}
