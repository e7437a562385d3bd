import { createReadStream, statSync } from 'node:fs'
import type { Project } from '../config/project.ts'
import { Failure } from '../model/failure.ts'
import { check as judge } from '../observe/check/check.ts'
import { createDecoder, type Decode } from '../observe/decode/decode.ts'
import type { FormatConfig } from '../observe/decode/config.ts'
import { checkLine, readableLine } from './check-line.ts'
import { createTallies } from './check-summary.ts'
import { chooseSource } from './choose-source.ts'
import { findInputs, type Input } from './inputs.ts'
import type { ExitCode, Io } from './io.ts'
import { filePayloads, type Payload, payloadStream } from './payload-stream.ts'
import { paintFor } from './printable.ts'
import { configured } from './project.ts'

export interface CheckOptions {
  readonly files: readonly string[]
  readonly config: string
  readonly source?: string
  readonly json: boolean
}

/** Holds payloads against the plan, a line each. 1: one of them isn't valid; 2: nothing could be checked. */
export async function check(options: CheckOptions, io: Io): Promise<ExitCode> {
  const config = configured(options.config, io)
  if (config === null) return 2
  const { inputs, problems } = findInputs(options.files, io.cwd)
  const decoders = decodersOf(inputs, config.project, options.source ?? null)
  const wrong = [...problems, ...decoders.problems]
  for (const problem of wrong) io.err(`assay: ${problem}\n`)
  if (wrong.length > 0) return 2

  const paint = paintFor(io)
  const output = buffered(io.out)
  const tallies = createTallies()
  for (const input of inputs) {
    const decode = decoders.of(input)
    try {
      for await (const { line, decoded } of payloadsOf(input, decode, io)) {
        if (io.signal.aborted && input.path !== '') throw new Failure('interrupted', 'The check was interrupted.')
        const checked = checkLine(input.name, line, decoded, judge(config.plan, decoded))
        tallies.add(checked, decoded)
        output.line(options.json || !io.isTerminal ? JSON.stringify(checked) : readableLine(checked, paint))
      }
    } catch (error) {
      output.flush()
      if (!isUnreadable(error)) throw error
      io.err(`assay: ${input.name} can't be read (${error.code})\n`)
      return 2
    }
  }
  output.flush()
  io.err(tallies.report(inputs.length, config.plan, config.project.rulesFolder, paint))
  return tallies.allValid() ? 0 : 1
}

function payloadsOf({ path }: Input, decode: Decode, io: Io): AsyncIterable<Payload> {
  if (path === '') return payloadStream(untilAborted(io.stdin ?? process.stdin, io.signal), decode)
  // A pipe with a name, such as a shell's <(…), can only be read from one end to the other.
  return statSync(path).isFile() ? filePayloads(path, decode) : payloadStream(createReadStream(path), decode)
}

/** Ctrl-C is the end of what is typed or piped in: what came before it still gets its summary. */
async function* untilAborted(input: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const chunks = input[Symbol.asyncIterator]()
  for (;;) {
    const next = await nextOrAbort(chunks, signal)
    if (next === null || next.done === true) return
    yield next.value
  }
}

/** Not a race against one lasting promise: that would hold on to every chunk there ever was. */
function nextOrAbort<Value>(
  values: AsyncIterator<Value>,
  signal: AbortSignal,
): Promise<IteratorResult<Value, unknown> | null> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(null)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    values
      .next()
      .finally(() => signal.removeEventListener('abort', stop))
      .then(resolve, reject)
  })
}

/** A decoder for each input, made once a format; the problems where no format can be told. */
function decodersOf(inputs: readonly Input[], project: Project, named: string | null) {
  const known = new Map<string, Decode>()
  const byInput = new Map<string, Decode>()
  const problems = new Set<string>()
  for (const { name, path } of inputs) {
    const format = formatOf(project, path, named)
    if ('problem' in format) problems.add(format.problem)
    else {
      const key = JSON.stringify(format)
      const decode = known.get(key) ?? createDecoder(format)
      known.set(key, decode)
      byInput.set(name, decode)
    }
  }
  const of = ({ name }: Input): Decode => byInput.get(name) ?? createDecoder({ type: 'segment' })
  return { of, problems: [...problems] }
}

/** The format of the source that a file belongs to; where several could have sent it, the one that they share. */
function formatOf(project: Project, path: string, named: string | null): FormatConfig | { readonly problem: string } {
  const chosen = chooseSource(project, path === '' ? [] : [path], named)
  if (!('problem' in chosen)) return chosen.format
  if (named !== null) return chosen
  const formats = project.assay.value.sources.flatMap(({ id }) => {
    const one = chooseSource(project, [], id)
    return 'problem' in one ? [] : [one.format]
  })
  const [first, ...others] = formats
  const shared = first !== undefined && others.every((other) => JSON.stringify(other) === JSON.stringify(first))
  return shared ? first : chosen
}

function isUnreadable(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && !(error instanceof Failure) && 'code' in error && typeof error.code === 'string'
}

/** Writes many lines at once, but never keeps one back while there is nothing else to do. */
function buffered(out: (text: string) => void) {
  let pending = ''
  const flush = (): void => {
    if (pending === '') return
    const text = pending
    pending = ''
    out(text)
  }
  return {
    line: (text: string): void => {
      if (pending === '') setImmediate(flush)
      pending += `${text}\n`
      if (pending.length > 64 * 1024) flush()
    },
    flush,
  }
}
