import { readTableName } from '../config/table-name.ts'
import { localTime } from '../alert/figures.ts'
import { didYouMean } from '../config/nearest.ts'
import type { Project } from '../config/project.ts'
import { sightOf, sightSentence } from '../judge/slo/sight.ts'
import { Failure } from '../model/failure.ts'
import { round6 } from '../model/ratio.ts'
import { isTimeSlice } from '../model/sli.ts'
import { formatDuration, iso } from '../model/time.ts'
import type { Plan, SloPlan } from '../plan/plan.ts'
import { SCHEMA_VERSION, verdictDocument } from '../report/documents/verdict.ts'
import { type Examined, examine } from './examine.ts'
import type { ExitCode, Io } from './io.ts'
import { type Paint, paintFor, printable } from './printable.ts'
import { configured } from './project.ts'
import { allowance, budgetWords, outcomeWords, promise, ratioWords, trafficWords } from './slo-words.ts'
import { rowTable, sightDocument } from './sight.ts'
import { openForReading } from './store.ts'

export interface SloOptions {
  readonly name: string
  readonly config: string
  readonly json: boolean
}

/** Records an hour for which an SLO is described where its real traffic isn't known. */
const NOMINAL = [600, 60, 6] as const

/** Prints one SLO: its promise, what it has seen, and what its rows mean and can see at its real traffic. 2: no such SLO. */
export async function showSlo({ name, config, json }: SloOptions, io: Io): Promise<ExitCode> {
  const configuration = configured(config, io)
  if (configuration === null) return 2
  const { project, plan } = configuration
  const slo = plan.slos.find((one) => one.name === name)
  if (slo === undefined) {
    io.err(`assay: ${unknownSlo(plan, name)}\n`)
    return 2
  }
  const { examined, why } = await examinedOrWhy(project, plan, slo, io)
  const measured = examined !== null && examined.traffic.perHour > 0
  const rates = examined !== null && (measured || isTimeSlice(slo.kind)) ? [examined.traffic.perHour] : NOMINAL
  io.out(
    json
      ? `${JSON.stringify(document(slo, examined, why, rates))}\n`
      : text(slo, plan, examined, why, rates, paintFor(io)),
  )
  return 0
}

/** The SLO as the store has it, else why it can't be had. */
async function examinedOrWhy(
  project: Project,
  plan: Plan,
  slo: SloPlan,
  io: Io,
): Promise<{ examined: Examined | null; why: string }> {
  try {
    const db = await openForReading(project, io)
    try {
      const [examined = null] = await examine(db, plan, [slo])
      if (examined === null) return { examined, why: 'It has not been judged yet.' }
      return { examined, why: examined.traffic.records > 0 ? '' : 'It has counted nothing in the last 24 h.' }
    } finally {
      await db.close()
    }
  } catch (error) {
    if (error instanceof Failure) return { examined: null, why: error.message }
    throw error
  }
}

function unknownSlo(plan: Plan, name: string): string {
  const names = plan.slos.map((slo) => slo.name)
  const of = plan.slos.filter(({ event, domain }) => event === name || domain === name)
  if (of.length > 0) return `"${name}" is no SLO, but has some: ${of.map((slo) => slo.name).join(', ')}`
  const hint = didYouMean(name, names, '`assay status` lists what there is')
  return `there is no SLO "${printable(name)}": ${hint}`
}

function text(
  slo: SloPlan,
  plan: Plan,
  examined: Examined | null,
  why: string,
  rates: readonly number[],
  paint: Paint,
): string {
  const source =
    slo.subject === 'table' ? 'a table' : slo.source === null ? 'every source that carries it' : `source ${slo.source}`
  const perHour = examined?.traffic.perHour ?? null
  const lines = [
    `${paint('bold', slo.name)}: ${slo.kind} of "${slo.event}" in ${slo.domain}, ${source}${slo.isDefault ? ', a default of its domain' : ''}`,
    `Promise    ${promise(slo)}`,
    `Budget     ${allowance(slo, perHour)}`,
    `Severity   ${slo.severity} at most; runbook alerts/${slo.runbook}`,
  ]
  if (examined !== null) {
    const { verdict, at } = examined
    lines.push(
      `Seen       ${ratioWords(verdict)}, ${outcomeWords(verdict, paint)}; budget left ${budgetWords(verdict)}, as of ${localTime(at, plan.timezone)}`,
      `Traffic    ${trafficWords(slo, examined.traffic)}`,
    )
  }
  const madeUp = rates === NOMINAL && !isTimeSlice(slo.kind) && slo.rows.length > 0
  if (why !== '') lines.push(paint('yellow', madeUp ? `${why} What follows is for traffic that is made up.` : why))
  const sights = rates.map((rate) => `\n${rowTable(slo, rate, madeUp)}${sightSentence(slo, sightOf(slo, rate))}\n`)
  return `${lines.join('\n')}\n${madeUp ? sights.join('') : (sights[0] ?? '')}`
}

function document(slo: SloPlan, examined: Examined | null, why: string, rates: readonly number[]): object {
  const { name, domain, event, kind, source, severity, runbook, description } = slo
  return {
    schema_version: SCHEMA_VERSION,
    name,
    domain,
    ...(slo.subject === 'table'
      ? { table: event, source: readTableName(event)?.warehouse ?? null }
      : { event, source }),
    kind,
    promise: promise(slo),
    objective: slo.objective,
    window: formatDuration(slo.window),
    severity,
    runbook,
    description,
    is_default: slo.isDefault,
    at: examined === null ? null : iso(examined.at),
    verdict: examined === null ? null : verdictDocument(examined.verdict),
    records_per_hour: examined === null || isTimeSlice(kind) ? null : round6(examined.traffic.perHour),
    note: why === '' ? null : why,
    sights: rates.map((rate) => sightDocument(slo, rate)),
  }
}
