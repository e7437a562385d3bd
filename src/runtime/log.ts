import pino, { type Logger } from 'pino'
import { spanFields } from './tracing/scope.ts'

export type Log = Pick<Logger, 'info' | 'warn' | 'error'>

/**
 * Log lines: JSON for machines, a short line each for somebody who watches. Written through `write`. Those written in a span
 * carry its ids.
 */
export function createLog(write: (text: string) => void, pretty: boolean): Log {
  const options = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: spanFields,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(options, { write: pretty ? (line: string) => write(readable(line)) : write })
}

function readable(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const details = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  )
  const clock = String(time).slice(11, 19)
  const mark = level === 'info' ? '' : `${String(level)}: `
  return `${clock} ${mark}${String(msg)}${details.length > 0 ? `  (${details.join(' ')})` : ''}\n`
}
