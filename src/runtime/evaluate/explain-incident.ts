import type { Explanation } from '../../judge/explain/explain.ts'
import { explained } from '../../judge/incidents/course.ts'
import { type Cause, eventsOf, type Incident } from '../../model/incident.ts'
import { isShownByRecords } from '../../model/sli.ts'
import { HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { SloPlan } from '../../plan/plan.ts'
import { latestExample } from '../../store/quarantine.ts'
import { columnEvidence } from './column-evidence.ts'
import type { Grounds, Stretch } from './grounds.ts'
import { movedExplanation } from './moved.ts'
import { recordEvidence } from './record-evidence.ts'

/** An explanation looks at this much of an incident, from its start. */
const LOOKED_AT = 6 * HOUR
/** Sentences of what joined an incident, beside those of what it began with. */
const ALSO = 3
/** Ages at which an open incident is explained again, beside each whole hour of it. */
const EARLY = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE]

/** Whether an open incident's explanation is due for another look. */
export function isDueForAnotherLook(incident: Incident, at: Instant): boolean {
  const age = at - incident.openedAt
  return EARLY.includes(age) || (age > 0 && age % HOUR === 0 && age <= LOOKED_AT)
}

/** The incident with its likely cause and the words for it, over [started_at, min(ended_at + 1 min, started_at + 6 h)). */
export async function explainIncident(
  grounds: Grounds,
  incident: Incident,
  at: Instant,
): Promise<{ incident: Incident; example: string | null }> {
  const own = incident.slos.flatMap((name) => grounds.plan.slos.find((slo) => slo.name === name) ?? [])
  const [slo] = own
  if (slo === undefined || incident.event === null) return { incident, example: null }
  const moved = await movedExplanation(grounds, incident, at)
  if (moved === null && (slo.kind === 'volume' || eventsOf(incident).length > 1)) {
    // After the alarm it stays as it was explained.
    return { incident, example: null }
  }
  const other = own.find(({ kind }) => kind !== 'volume')
  if (moved !== null && (other === undefined || eventsOf(incident).length > 1)) {
    return { incident: told(incident, moved, at), example: null }
  }
  const until = Math.min(incident.endedAt === null ? at : incident.endedAt + MINUTE, incident.startedAt + LOOKED_AT)
  const stretch = { slo: other ?? slo, from: incident.startedAt, until }
  const seen = await recordsExplanation(grounds, incident, stretch)
  return { incident: told(incident, both(slo, seen.explanation, moved), at), example: seen.example }
}

/** What was first is told first; what joined it is named as well. */
function both(first: SloPlan, records: Explanation, volume: Explanation | null): Explanation {
  if (volume === null) return records
  const [main, more] = first.kind === 'volume' ? [volume, records] : [records, volume]
  return { cause: main.cause ?? more.cause, ranked: main.ranked, words: [...main.words, ...more.words.slice(0, ALSO)] }
}

/** What is wrong with an event's records, or since when there are none. */
async function recordsExplanation(
  grounds: Grounds,
  incident: Incident,
  stretch: Stretch,
): Promise<{ explanation: Explanation; example: string | null }> {
  const { slo, from, until } = stretch
  if (slo.subject === 'table' && (slo.kind === 'validity' || slo.kind === 'completeness'))
    return { explanation: await columnEvidence(grounds, stretch), example: null }
  const isShown = grounds.plan.slos.some(({ name, kind }) => incident.slos.includes(name) && isShownByRecords(kind))
  const example = isShown ? await latestExample(grounds.db, slo.event, from, until) : null
  return { explanation: await recordEvidence(grounds, stretch, example), example }
}

/** The incident with an explanation, and a line in its history where it names another cause. */
function told(incident: Incident, { cause, words }: Explanation, at: Instant): Incident {
  const now = explained(incident, cause, words)
  if (cause === null || nameOf(incident.cause) === nameOf(cause)) return now
  return { ...now, timeline: [...now.timeline, { at, what: 'explained', text: words[0] ?? '' }] }
}

/** What a cause names; its shares move with every record and are no news. */
function nameOf(cause: Cause | null): string {
  return cause === null ? '' : `${cause.dimension}=${cause.value}`
}
