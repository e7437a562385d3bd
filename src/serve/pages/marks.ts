import type { Severity } from '../../model/sli.ts'
import type { Verdict } from '../../model/verdict.ts'
import { html, type Html } from './html.ts'

/** How a state is shown: always by colour, shape and word together. */
export type Mark = 'met' | 'bad' | 'warn' | 'hollow'

const SHAPES: Readonly<Record<Mark, string>> = { met: '●', bad: '▲', warn: '◆', hollow: '○' }

/** A shape with its word. */
export function mark(kind: Mark, word: string): Html {
  return html`<span class="mark ${kind}"><span aria-hidden="true">${SHAPES[kind]}</span> ${word}</span>`
}

/** The shape alone, its word for screen readers only. */
export function shape(kind: Mark, word: string): Html {
  return html`<span class="mark ${kind}" role="img" aria-label="${word}">${SHAPES[kind]}</span>`
}

const SEVERITY_MARK: Readonly<Record<Severity, Mark>> = { page: 'bad', ticket: 'warn', info: 'hollow' }

export function severityMark(severity: Severity): Html {
  return mark(SEVERITY_MARK[severity], severity)
}

const REASONS: Readonly<Record<string, string>> = {
  no_data: 'no data',
  warming: 'warming up',
  never_seen: 'never seen',
  learning: 'learning',
  ingest_behind: 'ingest behind',
  disabled: 'disabled',
  table_missing: 'no such table',
  column_missing: 'column missing',
  column_type: 'no time column',
  permission_denied: 'not permitted',
}

export interface VerdictState {
  readonly kind: Mark
  readonly word: string
  /** Higher is worse: what a page shows first. */
  readonly rank: number
}

/** What a verdict amounts to for a reader. A row that fires outranks the objective, which looks at the whole window. */
export function verdictState({ outcome, reason, firing }: Verdict): VerdictState {
  if (firing === 'page') return { kind: 'bad', word: 'burning', rank: 6 }
  if (firing === 'ticket') return { kind: 'warn', word: 'burning slowly', rank: 5 }
  if (outcome === 'violated') return { kind: 'bad', word: 'violated', rank: 4 }
  if (outcome === 'met') return { kind: 'met', word: 'met', rank: 0 }
  if (outcome === 'insufficient_data') return { kind: 'hollow', word: 'too little data', rank: 2 }
  return { kind: 'hollow', word: REASONS[reason ?? ''] ?? 'not evaluated', rank: 1 }
}
