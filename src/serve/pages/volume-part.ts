import { DAY, floorTo, HOUR } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { eventCourse } from '../../store/read/counts.ts'
import type { Sql } from '../../store/sql.ts'
import { readVolumeStreams, type VolumeStream } from '../../store/volume-streams.ts'
import { unwatchedWords } from '../volume-document.ts'
import { courseChart } from './charts.ts'
import { html, type Html } from './html.ts'
import { type Clock, count, list } from './words.ts'

/** An event's or a table's last two days hour by hour beside what was expected, and what of its volume is watched. `noun`: what it counts. */
export async function volumePart(
  db: Sql,
  plan: Plan,
  event: string,
  noun: 'Records' | 'Rows',
  clock: Clock,
): Promise<Html> {
  const to = floorTo(clock.now, HOUR)
  const from = to - 2 * DAY
  const [course, streams] = await Promise.all([
    eventCourse(db, event, 'hour', { from, to }),
    readVolumeStreams(db, event),
  ])
  const hours = new Map(course.map((row) => [row.start, row.received]))
  const points = Array.from({ length: 48 }, (_, index) => {
    const at = from + index * HOUR
    return { at, value: hours.get(at) ?? 0 }
  })
  // Of all sources together, as the counts are; else of the one that is watched.
  const stream = streams.find(({ source }) => source === null) ?? (streams.length === 1 ? streams[0] : undefined)
  const band = (stream?.hours ?? []).flatMap(({ start, band: one }) =>
    one === null || start < from || start >= to ? [] : [{ at: start, ...one }],
  )
  const most = Math.max(1, ...points.map(({ value }) => value))
  const head = Math.max(most, Math.min(2 * most, Math.max(0, ...band.map(({ upper }) => upper))))
  const span = html`${clock.mark(from)} to ${clock.mark(to)}, at most ${count(most)} an hour.`
  return html`${courseChart({
    points,
    from,
    to,
    threshold: null,
    band,
    marks: [],
    label: `${noun} an hour from ${clock.text(from)} to ${clock.text(to)}, at most ${count(most)}${band.length === 0 ? '' : ', with the band in which they were expected'}`,
    scale: [0, head],
    scaleText: count,
  })}<p class="muted">${span} ${expectation(plan, event, stream, band.at(-1))}</p>${streams.map(watched)}`
}

function expectation(
  plan: Plan,
  event: string,
  stream: VolumeStream | undefined,
  newest: { readonly expected: number; readonly lower: number; readonly upper: number } | undefined,
): string {
  if (!plan.slos.some((slo) => slo.kind === 'volume' && slo.event === event)) {
    return 'Its volume isn’t watched: no SLO of its is of kind volume.'
  }
  if (newest === undefined || stream === undefined) return 'Its expected band is being learnt.'
  const { expected, lower, upper } = newest
  return `The last hour expected ${count(Math.round(expected))}; ${count(Math.round(lower))} to ${count(Math.round(upper))} are ordinary.`
}

/** What has a series of its own, and what hasn't. */
function watched({ event, source, series, unwatched }: VolumeStream): Html {
  const left = unwatchedWords(unwatched)
  return html`<details><summary>${count(series.length)} series watched${source !== null && ` of ${source}`}${
    left.length > 0 && `; only in the total: ${list(left)}`
  }</summary><ul>${series.map((name) => html`<li>${name === event ? `${event}, all together` : name}</li>`)}</ul></details>`
}
