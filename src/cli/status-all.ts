import { localTime, span } from '../alert/figures.ts'
import { type Incident, subjectOf } from '../model/incident.ts'
import { DAY, type Instant, iso } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import { incidentDocument } from '../report/documents/incident.ts'
import { watermarkOf } from '../runtime/evaluate/watermark.ts'
import { sloDocuments } from '../serve/api/slos.ts'
import { tableDocument } from '../serve/api/tables.ts'
import { standings } from '../serve/standing.ts'
import { notReadWords, type TableLine, tableLines } from '../serve/tables.ts'
import { incidentsResolvedSince, openIncidents } from '../store/incidents.ts'
import { sourceProgress } from '../store/positions.ts'
import { dayUntil } from '../store/read/spans.ts'
import { judgedUntil } from '../store/read/verdicts.ts'
import type { Sql } from '../store/sql.ts'
import { SCHEMA_VERSION } from '../report/documents/verdict.ts'
import { readVolumeStreams } from '../store/volume-streams.ts'
import type { Io } from './io.ts'
import { type Paint, paintFor, printable } from './printable.ts'
import { sloTable } from './slo-table.ts'
import { volumeStatus, volumeText } from './status-volume.ts'
import { table } from './table.ts'

/** A command's answer, for people and for programs. */
export interface Answer {
  readonly text: string
  readonly document: object
}

interface SourceLine {
  readonly id: string
  readonly type: string
  readonly watermark: Instant | null
  readonly complete: boolean
}

/** Sources, tables, SLOs and open incidents. */
export async function statusOfAll(db: Sql, plan: Plan, io: Io): Promise<Answer> {
  const now = io.now()
  const paint = paintFor(io)
  const sources = await readSources(db, plan)
  const tables = await tableLines(db, plan, dayUntil(now))
  const judged = await standings(db, plan, plan.slos)
  const until = await judgedUntil(db)
  const open = await openIncidents(db)
  const streams = await readVolumeStreams(db)
  const spent = await volumeAlarms(db, plan, until ?? now)
  const document = {
    schema_version: SCHEMA_VERSION,
    at: iso(now),
    judged_until: until === null ? null : iso(until),
    sources: sources.map(({ id, type, watermark, complete }) => ({
      id,
      type,
      watermark: watermark === null ? null : iso(watermark),
      behind_seconds: watermark === null || complete ? null : Math.max(0, now - watermark) / 1_000,
      complete,
    })),
    tables: tables.map(tableDocument),
    volume: volumeStatus(plan, spent, streams),
    slos: await sloDocuments({ db, plan: () => plan }, () => true),
    incidents: open.map(incidentDocument),
  }
  const said =
    until === null ? 'No minute has been judged yet.\n' : `Judged until ${localTime(until, plan.timezone)}.\n`
  const text = [
    said,
    sourceTable(sources, plan, now),
    ...(tables.length === 0 ? [] : [tableTable(tables, plan, now)]),
    sloTable(judged, paint),
    incidentText(open, plan, now, paint),
  ]
  const volume = volumeText(plan, spent, streams)
  return { text: [...text, ...(volume === '' ? [] : [volume])].join('\n'), document }
}

/** Incidents of the last seven days that began with a volume alarm: what was spent of the budget, if all of them were false. */
async function volumeAlarms(db: Sql, plan: Plan, at: Instant): Promise<number> {
  const volume = new Set(plan.slos.flatMap(({ kind, name }) => (kind === 'volume' ? [name] : [])))
  const week = at - 7 * DAY
  const incidents = [...(await openIncidents(db)), ...(await incidentsResolvedSince(db, week))]
  return incidents.filter(({ openedAt, slos }) => openedAt > week && volume.has(slos[0] ?? '')).length
}

async function readSources(db: Sql, plan: Plan): Promise<readonly SourceLine[]> {
  const progress = new Map((await sourceProgress(db)).map(({ source, partitions }) => [source, partitions]))
  return plan.sources.map(({ id, type }) => {
    const watermark = watermarkOf(progress.get(id) ?? [], type)
    return { id, type, watermark: watermark?.at ?? null, complete: watermark?.complete === true }
  })
}

function sourceTable(sources: readonly SourceLine[], plan: Plan, now: Instant): string {
  if (sources.length === 0) return 'There is no source: add one under sources in assay.yaml.\n'
  const rows = sources.map(({ id, type, watermark, complete }) => [
    id,
    type,
    watermark === null ? 'nothing yet' : localTime(watermark, plan.timezone),
    watermark === null ? '–' : complete ? 'complete' : behind(now - watermark),
  ])
  return table([{ title: 'SOURCE' }, { title: 'TYPE' }, { title: 'COUNTED UNTIL' }, { title: 'BEHIND' }], rows)
}

/** Rows and invalid ones are of the last 24 hours. */
function tableTable(lines: readonly TableLine[], plan: Plan, now: Instant): string {
  const rows = lines.map((line) => {
    const { table: contract, counts, countedUntil } = line
    const words = notReadWords(line)
    return [
      printable(contract.name),
      String(counts?.received ?? 0),
      String(counts?.invalid ?? 0),
      countedUntil === null ? 'never' : localTime(countedUntil, plan.timezone),
      words === null ? (countedUntil === null ? '–' : behind(now - countedUntil)) : printable(words),
    ]
  })
  return table(
    [
      { title: 'TABLE' },
      { title: 'ROWS (24 H)', right: true },
      { title: 'INVALID', right: true },
      { title: 'COUNTED UNTIL' },
      { title: 'BEHIND' },
    ],
    rows,
  )
}

function behind(duration: number): string {
  return duration < 60_000 ? `${Math.max(0, Math.floor(duration / 1_000))} s` : span(duration)
}

/** Each open incident with the first thing that explains it. */
export function incidentText(open: readonly Incident[], plan: Plan, now: Instant, paint: Paint): string {
  if (open.length === 0) return 'No incident is open.\n'
  const lines = open.map((incident) => {
    const about = subjectOf(incident) ?? 'Assay itself'
    const head = `${paint(incident.severity === 'page' ? 'red' : 'yellow', incident.severity)}  ${paint('bold', printable(about))} (${incident.domain})  ${incident.id}`
    const since = `since ${localTime(incident.startedAt, plan.timezone)} (${span(now - incident.startedAt)})${incident.noData ? ', no data arrives' : ''}`
    const why = printable(incident.explanation[0] ?? 'not explained yet')
    return `${head}\n  ${since}: ${incident.slos.join(', ')}\n  ${why}\n`
  })
  return `${open.length} open incident${open.length === 1 ? '' : 's'}\n${lines.join('')}`
}
