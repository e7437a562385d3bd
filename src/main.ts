#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// What was compiled is kept between starts, in the folder for temporary files or NODE_COMPILE_CACHE: so Assay is ready in half the time.
enableCompileCache()
const { runProgram } = await import('./cli/program.ts')

// Where argv, signals and the exit code are: everything below is told about the world through `Io`.
const stop = new AbortController()
let firstSignalAt = Number.NEGATIVE_INFINITY
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // npm passes a terminal's Ctrl-C on, so that one press arrives twice within a millisecond.
    const now = performance.now()
    if (stop.signal.aborted && now - firstSignalAt > 500) process.exit(130)
    if (!stop.signal.aborted) firstSignalAt = now
    stop.abort()
  })
}

for (const stream of [process.stdout, process.stderr]) {
  // A reader that went away (`assay status | head`) is no failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

process.exitCode = await runProgram(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stdout.isTTY === true,
  now: Date.now,
  signal: stop.signal,
  onHangup: (listener) => {
    process.on('SIGHUP', listener)
  },
})
// A command that is done ends the process, whatever timer a library has left behind; but what it wrote goes out first.
process.stdout.write('', () => process.stderr.write('', () => process.exit()))
