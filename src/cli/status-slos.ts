import { localTime } from '../alert/figures.ts'
import { sightSentence } from '../judge/slo/sight.ts'
import { eventsOf } from '../model/incident.ts'
import { iso } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import { incidentDocument } from '../report/documents/incident.ts'
import { SCHEMA_VERSION } from '../report/documents/verdict.ts'
import { sloDocuments } from '../serve/api/slos.ts'
import { standings } from '../serve/standing.ts'
import { openIncidents } from '../store/incidents.ts'
import type { Database } from '../store/sql.ts'
import { type Examined, examine } from './examine.ts'
import type { Io } from './io.ts'
import { type Paint, paintFor } from './printable.ts'
import { rowDocument, rowSentences, rowTitle, unjudgedSentence } from './row-words.ts'
import { sightDocument } from './sight.ts'
import { sloTable } from './slo-table.ts'
import { promise, trafficWords } from './slo-words.ts'
import type { Named } from './named.ts'
import { type Answer, incidentText } from './status-all.ts'

/** The SLOs of a name; of a single one, why each of its rows does or doesn't fire. */
export async function statusOfSlos(db: Database, plan: Plan, named: Named, io: Io): Promise<Answer> {
  const paint = paintFor(io)
  const names = new Set(named.slos.map(({ name }) => name))
  const events = new Set(named.slos.map(({ event }) => event))
  const examined = new Map((await examine(db, plan, named.slos)).map((one) => [one.slo.name, one]))
  const open = (await openIncidents(db)).filter((incident) => eventsOf(incident).some((event) => events.has(event)))
  const documents = await sloDocuments({ db, plan: () => plan }, ({ name }) => names.has(name))
  const document = {
    schema_version: SCHEMA_VERSION,
    kind: named.kind,
    name: named.name,
    slos: documents.map((slo) => {
      const one = examined.get(slo.name)
      return one === undefined ? slo : { ...slo, ...examinedDocument(one) }
    }),
    incidents: open.map(incidentDocument),
  }
  const table = sloTable(await standings(db, plan, named.slos), paint)
  const parts = [
    named.slos.length === 0 ? `The ${named.kind} "${named.name}" has no SLO.\n` : table,
    named.kind === 'slo' ? named.slos.map((slo) => why(examined.get(slo.name) ?? null, plan, paint)).join('\n') : '',
    incidentText(open, plan, io.now(), paint),
    named.slos.length > 0 && named.kind !== 'slo' ? 'Why one does or doesn’t fire: `assay status SLO`.\n' : '',
  ]
  return { text: parts.filter((part) => part !== '').join('\n'), document }
}

function examinedDocument(one: Examined): object {
  const judged = unjudgedSentence(one.verdict) === null
  return {
    clipped_at: one.clippedAt === null ? null : iso(one.clippedAt),
    rows: one.rows.map((row) => rowDocument(one.slo, row, judged)),
    sight: sightDocument(one.slo, one.traffic.perHour),
  }
}

function why(one: Examined | null, plan: Plan, paint: Paint): string {
  if (one === null) return 'It has not been judged yet: no row can be true.\n'
  const { slo, verdict, traffic, clippedAt } = one
  const unjudged = unjudgedSentence(verdict)
  const cap = slo.severity === 'page' ? '' : ` What its rows raise is capped at ${slo.severity}.`
  const clip =
    clippedAt === null
      ? ''
      : `Its rows count from ${localTime(clippedAt, plan.timezone)} on, when its last incident resolved.\n`
  const head = `Promises that ${promise(slo)}.${cap}\nAs of ${localTime(one.at, plan.timezone)}:\n${clip}`
  const rows = one.rows.map((reading) => {
    const fires = unjudged === null && reading.misses.length === 0
    const state = fires ? paint('red', 'fires') : paint('green', 'doesn’t fire')
    return `\n${rowTitle(slo, reading.row)}\n  ${state}. ${rowSentences(slo, reading).join(' ')}\n`
  })
  const sight = `\nIts traffic: ${trafficWords(slo, traffic)}. What it can see: ${sightSentence(slo, one.sight)}.\n`
  return [head, unjudged === null ? '' : `${unjudged}\n`, ...rows, sight].join('')
}
