import type { Judgement, Outcome, Violation } from '../model/observation.ts'
import type { Decoded } from '../model/record.ts'
import { redactMessage, redactName, redactText } from '../observe/redact/redact-text.ts'
import { SCHEMA_VERSION } from '../report/documents/verdict.ts'
import { type Paint, printable } from './printable.ts'

/** What `check` prints of one payload. Nothing in it is private. */
export interface CheckLine {
  readonly schema_version: number
  readonly file: string
  readonly line: number
  readonly event: string | null
  readonly id: string | null
  readonly outcome: Outcome
  /** Version of the contract that judged it; null: none did. */
  readonly version: number | null
  readonly violations: readonly Violation[]
  readonly unplanned_properties: readonly string[]
  /** Why it couldn't be decoded; null where it could. */
  readonly reason: string | null
}

export function checkLine(file: string, line: number, decoded: Decoded, judged: Judgement): CheckLine {
  return {
    schema_version: SCHEMA_VERSION,
    file,
    line,
    event: decoded.event === null ? null : redactName(decoded.event),
    id: decoded.ok && decoded.id !== null ? redactText(decoded.id) : null,
    outcome: judged.outcome,
    version: judged.version,
    violations: judged.violations.map(({ path, keyword, message }) => ({
      path: redactName(path),
      keyword,
      message: redactMessage(message),
    })),
    unplanned_properties: judged.unplannedProperties.map(redactName),
    reason: decoded.ok ? null : decoded.reason,
  }
}

const MARKS: Readonly<Record<Outcome, readonly ['green' | 'red' | 'yellow', string]>> = {
  valid: ['green', '✓ valid'],
  invalid: ['red', '✗ invalid'],
  unplanned: ['yellow', '? unplanned'],
  undecodable: ['red', '! undecodable'],
}

/** The same for people, on one line. */
export function readableLine(checked: CheckLine, paint: Paint): string {
  const [colour, mark] = MARKS[checked.outcome]
  const about = [
    checked.event === null ? null : paint('bold', printable(checked.event)),
    checked.id === null ? null : paint('dim', printable(checked.id)),
    printable(wordsOf(checked)),
  ]
  const place = paint('dim', `${printable(checked.file)}:${checked.line}`)
  return [paint(colour, mark.padEnd(13)), place, ...about.filter((part) => part !== null && part !== '')].join('  ')
}

function wordsOf({ outcome, violations, unplanned_properties, reason }: CheckLine): string {
  if (reason !== null) return reason.replaceAll('_', ' ')
  if (outcome === 'unplanned') return 'no contract has this name'
  const wrong = violations.map(violationText).join('; ')
  const extra = unplanned_properties.length === 0 ? '' : `not in the contract: ${unplanned_properties.join(', ')}`
  return [wrong, extra].filter((text) => text !== '').join('; ')
}

/** `/revenue: string instead of number` */
export function violationText({ path, message }: Violation): string {
  return `${path === '' ? 'the whole' : path}: ${message}`
}
