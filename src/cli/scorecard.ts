import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Failure } from '../model/failure.ts'
import type { ScorecardDocument } from '../report/scorecard/document.ts'
import { scorecardMarkdown } from '../report/scorecard/markdown.ts'
import { monthAt, monthBefore, readMonth } from '../report/scorecard/month.ts'
import { makeScorecard, readOrMakeScorecard } from '../runtime/scorecard/scorecard.ts'
import { scorecardFile } from '../serve/pages/scorecard/file.ts'
import type { ExitCode, Io } from './io.ts'
import { configured } from './project.ts'
import { openForReading } from './store.ts'

export type ScorecardFormat = 'md' | 'html' | 'json'

export interface ScorecardOptions {
  readonly config: string
  /** `2026-10`; left out: the month before this one. */
  readonly month?: string
  readonly domain?: string
  readonly format: ScorecardFormat
  readonly out?: string
  /** Works it out anew though it is frozen. */
  readonly rebuild: boolean
}

/** Prints or writes a month's scorecard. 2: no such month or domain, or nothing is known of it. */
export async function scorecard(options: ScorecardOptions, io: Io): Promise<ExitCode> {
  const configuration = configured(options.config, io)
  if (configuration === null) return 2
  const { project, plan } = configuration
  const month =
    options.month === undefined
      ? monthBefore(monthAt(io.now(), plan.timezone))
      : readMonth(options.month, plan.timezone)
  if (month === null) {
    io.err(`assay: --month ${options.month} is not a month such as 2026-10\n`)
    return 2
  }
  const db = await openForReading(project, io)
  try {
    const make = options.rebuild && month.from < io.now() ? makeScorecard : readOrMakeScorecard
    const card = await make(db, plan, month, io.now())
    if (card === null) {
      io.err(`assay: nothing is known of ${month.name}: it hasn't begun, or lies before all that the store holds\n`)
      return 2
    }
    const document = options.domain === undefined ? card.document : ofDomain(card.document, options.domain)
    if (document === null) {
      const names = card.document.domains.map(({ domain }) => domain).join(', ')
      io.err(`assay: there is no domain "${options.domain}" in ${month.name}: there are ${names}\n`)
      return 2
    }
    const whole = document === card.document ? card.text : JSON.stringify(document)
    const text = printed(options.format, document, whole)
    if (options.out === undefined) io.out(text)
    else write(resolve(io.cwd, options.out), text)
    return 0
  } finally {
    await db.close()
  }
}

function printed(format: ScorecardFormat, document: ScorecardDocument, json: string): string {
  if (format === 'json') return `${json}\n`
  return format === 'html' ? scorecardFile(document) : scorecardMarkdown(document)
}

/** The card with one domain left in it; null: it has no such domain. */
function ofDomain(card: ScorecardDocument, name: string): ScorecardDocument | null {
  const domains = card.domains.filter(({ domain }) => domain === name)
  return domains.length === 0
    ? null
    : { ...card, domains, costliest: card.costliest.filter(({ domain }) => domain === name) }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new Failure('output_not_writable', `The scorecard cannot be written (${said}).`, {
      remedy: 'Name another file with --out.',
      cause: error,
    })
  }
}
