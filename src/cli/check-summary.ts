import { nearest } from '../config/nearest.ts'
import { OUTCOMES, type Outcome } from '../model/observation.ts'
import type { Decoded, DecodedEvent } from '../model/record.ts'
import { OTHER } from '../model/window.ts'
import { isObject } from '../observe/decode/text.ts'
import { redactName } from '../observe/redact/redact-text.ts'
import type { Plan } from '../plan/plan.ts'
import { contractStub, stubPath } from '../plan/stub.ts'
import { type CheckLine, violationText } from './check-line.ts'
import { counted, type Paint, printable } from './printable.ts'
import { table } from './table.ts'

/** Names and violations counted apart; those after them are counted together. */
const MOST_COUNTED = 1_000
const EVENTS_SHOWN = 20
const VIOLATIONS_SHOWN = 10
/** Unplanned events for which a contract is written, and payloads it is made from. */
const STUBS = 3
const BODIES = 20

/** What a check has seen, in memory that doesn't grow with it. */
export interface Tallies {
  readonly add: (line: CheckLine, decoded: Decoded) => void
  readonly allValid: () => boolean
  /** For people, on standard error. */
  readonly report: (files: number, plan: Plan, rulesFolder: string, paint: Paint) => string
}

export function createTallies(): Tallies {
  const outcomes = noOutcomes()
  const events = new Map<string, Record<Outcome, number>>()
  const violations = new Map<string, number>()
  const unplanned = new Map<string, unknown[]>()

  function add(line: CheckLine, decoded: Decoded): void {
    outcomes[line.outcome] += 1
    const name = bounded(events, line.event ?? '(no event)')
    const own = events.get(name) ?? noOutcomes()
    own[line.outcome] += 1
    events.set(name, own)
    for (const violation of line.violations) {
      const what = bounded(violations, `${line.event ?? ''} ${violationText(violation)}`)
      violations.set(what, (violations.get(what) ?? 0) + 1)
    }
    if (line.outcome === 'unplanned' && decoded.ok) keepBody(unplanned, decoded)
  }

  const report: Tallies['report'] = (files, plan, rulesFolder, paint) => {
    const all = OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0)
    if (all === 0) return `No payload in ${counted(files, 'file')}: nothing was checked.\n`
    const parts = [
      `\n${counted(all, 'payload')} of ${counted(files, 'file')}: ${inWords(outcomes)}.\n`,
      eventTable(events),
      violationTable(violations),
      ...[...unplanned].map(([event, bodies]) => stubText(event, bodies, plan, rulesFolder, paint)),
    ]
    return parts.filter((part) => part !== '').join('\n')
  }
  return { add, allValid: () => outcomes.invalid + outcomes.unplanned + outcomes.undecodable === 0, report }
}

function noOutcomes(): Record<Outcome, number> {
  return { valid: 0, invalid: 0, unplanned: 0, undecodable: 0 }
}

function bounded(known: ReadonlyMap<string, unknown>, name: string): string {
  return known.has(name) || known.size < MOST_COUNTED ? name : OTHER
}

/** A name that looks private isn't shown, and so gets no contract either. */
function keepBody(unplanned: Map<string, unknown[]>, { event, body }: DecodedEvent): void {
  const bodies = unplanned.get(event) ?? []
  if (bodies.length >= BODIES || (!unplanned.has(event) && unplanned.size >= STUBS)) return
  if (redactName(event) !== event) return
  bodies.push(withoutPrivateNames(body, 2))
  unplanned.set(event, bodies)
}

function withoutPrivateNames(value: unknown, levels: number): unknown {
  if (!isObject(value)) return value
  if (levels === 0) return {}
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => redactName(name) === name)
      .map(([name, member]) => [name, withoutPrivateNames(member, levels - 1)]),
  )
}

function inWords(outcomes: Readonly<Record<Outcome, number>>): string {
  const seen = OUTCOMES.filter((outcome) => outcomes[outcome] > 0)
  return seen.map((outcome) => `${outcomes[outcome].toLocaleString('en-US')} ${outcome}`).join(', ')
}

function eventTable(events: ReadonlyMap<string, Readonly<Record<Outcome, number>>>): string {
  const sum = (counts: Readonly<Record<Outcome, number>>) => OUTCOMES.reduce((all, outcome) => all + counts[outcome], 0)
  const sorted = [...events].sort(([, a], [, b]) => sum(b) - sum(a))
  const seen = OUTCOMES.filter((outcome) => sorted.some(([, counts]) => counts[outcome] > 0))
  const rows = sorted
    .slice(0, EVENTS_SHOWN)
    .map(([name, counts]) => [nameOf(name), ...seen.map((outcome) => counts[outcome].toLocaleString('en-US'))])
  const rest = sorted.length - rows.length
  const columns = [{ title: 'EVENT' }, ...seen.map((outcome) => ({ title: outcome.toUpperCase(), right: true }))]
  return table(columns, rows) + (rest > 0 ? `and ${counted(rest, 'more event')}\n` : '')
}

function violationTable(violations: ReadonlyMap<string, number>): string {
  if (violations.size === 0) return ''
  const sorted = [...violations].sort(([, a], [, b]) => b - a).slice(0, VIOLATIONS_SHOWN)
  const rows = sorted.map(([what, count]) => [nameOf(what), count.toLocaleString('en-US')])
  return table([{ title: 'VIOLATION' }, { title: 'PAYLOADS', right: true }], rows)
}

function nameOf(name: string): string {
  return name === OTHER ? 'all others' : printable(name)
}

function stubText(event: string, bodies: readonly unknown[], plan: Plan, rulesFolder: string, paint: Paint): string {
  const domains = [...plan.domains.keys()]
  const only = domains.length === 1 ? domains[0] : undefined
  const path = stubPath(event, only, rulesFolder)
  const near = nearest(event, [...plan.events.keys()])
  const which = only === undefined && domains.length > 0 ? ` (<domain> is one of ${domains.join(', ')})` : ''
  return [
    `${paint('yellow', `No contract has "${printable(event)}".`)}${near === null ? '' : ` Did the sender mean "${near}"?`}`,
    `To have it judged, save this as ${path}${which}, say what it means, then run \`assay lint\` and check again:`,
    '',
    contractStub(event, bodies, path),
  ].join('\n')
}
