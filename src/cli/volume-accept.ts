import { localTime } from '../alert/figures.ts'
import { seriesName } from '../judge/volume/watched.ts'
import { floorTo, HOUR, type Instant, iso } from '../model/time.ts'
import { SCHEMA_VERSION } from '../report/documents/verdict.ts'
import { streamOf } from '../runtime/volume/watched-streams.ts'
import { judgedUntil } from '../store/read/verdicts.ts'
import { addVolumeAccept, type VolumeAccept } from '../store/volume-accepts.ts'
import type { ExitCode, Io } from './io.ts'
import { findNamed, unknownName } from './named.ts'
import { printable } from './printable.ts'
import { configured } from './project.ts'
import { openForWriting } from './store.ts'

export interface VolumeAcceptOptions {
  /** An event or a table, by name or slug. */
  readonly name: string
  /** One of its series; left out: all. */
  readonly series?: string
  readonly note?: string
  /** ISO 8601; left out: now. */
  readonly at?: string
  readonly config: string
  readonly json: boolean
}

/**
 * Notes that what the open volume alarms of an event found is the new normal: the running daemon takes it so at the end of the hour
 * under way, and a replay of the same store at the same hour. 2: no such event, one without a volume SLO, or an hour that has been judged.
 */
export async function volumeAccept(options: VolumeAcceptOptions, io: Io): Promise<ExitCode> {
  const configuration = configured(options.config, io)
  if (configuration === null) return 2
  const { project, plan } = configuration
  const bad = (message: string): ExitCode => {
    io.err(`assay: ${message}\n`)
    return 2
  }
  const named = findNamed(plan, options.name)
  if (named === null) return bad(unknownName(plan, options.name))
  const subject = named.kind === 'domain' ? null : (named.slos[0]?.event ?? named.name)
  const volume = plan.slos.filter(({ kind, event }) => kind === 'volume' && event === subject)
  if (subject === null || volume.length === 0) {
    return bad(`"${printable(options.name)}" has no volume SLO: nothing of its volume is watched`)
  }
  const names = volume.map((slo) => seriesName(streamOf(slo), 'total'))
  const series = options.series ?? null
  if (series !== null && !names.some((name) => series === name || series.startsWith(`${name} · `))) {
    return bad(
      `"${printable(series)}" is no series of "${printable(subject)}": \`assay status ${named.name} --json\` lists them`,
    )
  }
  const given = options.at === undefined ? null : Date.parse(options.at)
  if (given !== null && !Number.isFinite(given))
    return bad(`--at ${printable(options.at ?? '')} is no time such as ${iso(io.now())}`)
  const db = await openForWriting(project, io)
  try {
    const judged = await judgedUntil(db)
    if (judged === null) return bad('nothing has been judged yet: there is no alarm to accept')
    const at = given ?? Math.max(io.now(), judged)
    if (at < judged) {
      return bad(
        `that hour has been judged already, up to ${iso(judged)}: for the past, write the span under volume.known in ${project.rulesFolder}/assay.yaml`,
      )
    }
    const accept: VolumeAccept = { at: inHour(at), subject, series, note: options.note ?? null }
    await addVolumeAccept(db, accept)
    const from = floorTo(accept.at, HOUR) + HOUR
    const document = { schema_version: SCHEMA_VERSION, subject, series, from: iso(from), note: accept.note }
    io.out(
      options.json
        ? `${JSON.stringify(document)}\n`
        : `${series === null ? `What the open volume alarms of ${printable(subject)}` : `What the open alarm of ${printable(series)}`} found is normal from ${localTime(from, plan.timezone)} on; an incident that rests on nothing else resolves 15 minutes later.\n${
            series === null
              ? `A replay knows it by this line under volume.known in ${project.rulesFolder}/assay.yaml: - { kind: accept, ${named.kind === 'table' ? 'table' : 'event'}: ${JSON.stringify(subject)}, from: "${iso(from - HOUR)}", to: "${iso(from)}" }\n`
              : ''
          }`,
    )
    return 0
  } finally {
    await db.close()
  }
}

/** In the hour's last minute it may be judged while this is written: then the next one is meant. */
function inHour(at: Instant): Instant {
  return at % HOUR >= HOUR - 60_000 ? floorTo(at, HOUR) + HOUR : at
}
