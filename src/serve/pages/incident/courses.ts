import type { Incident } from '../../../model/incident.ts'
import type { SliKind } from '../../../model/sli.ts'
import { MINUTE } from '../../../model/time.ts'
import type { Verdict } from '../../../model/verdict.ts'
import type { SloPlan } from '../../../plan/plan.ts'
import type { MinuteCounts } from '../../../store/read/counts.ts'
import type { Span } from '../../../store/read/spans.ts'
import { type CoursePoint, courseChart } from '../charts.ts'
import { html, type Html } from '../html.ts'
import { type Clock, count, percent } from '../words.ts'

/** Good share of a minute's records, as the SLI counts them; null where none of them counts. Kinds that aren't a share have none. */
type Share = (minute: MinuteCounts) => number | null
const SHARE: Partial<Readonly<Record<SliKind, Share>>> = {
  validity: ({ received, invalid }) => good(invalid, received),
  completeness: ({ received, incomplete }) => good(incomplete, received),
  uniqueness: ({ identified, duplicates }) => good(duplicates, identified),
  timeliness: ({ timed, late }) => good(late, timed),
}

function good(bad: number, total: number): number | null {
  return total === 0 ? null : 1 - bad / total
}

/** The SLI by the minute with its objective, or the records a minute where the SLI is made of minutes. */
export function sliCourse(
  incident: Incident,
  slo: SloPlan,
  minutes: readonly MinuteCounts[],
  seen: Span,
  clock: Clock,
): Html {
  const share = SHARE[slo.kind]
  const marks = [
    { at: incident.startedAt, word: 'started' },
    { at: incident.openedAt, word: 'opened' },
    ...(incident.resolvedAt === null ? [] : [{ at: incident.resolvedAt, word: 'resolved' }]),
  ].filter(({ at }) => at >= seen.from && at <= seen.to)
  const points = byMinute(minutes, seen, share)
  const most = Math.max(1, ...points.map(({ value }) => value ?? 0))
  const least = Math.min(1, slo.objective, ...points.flatMap(({ value }) => (value === null ? [] : [value])))
  const what = share === undefined ? 'records a minute' : `${slo.kind} by the minute`
  return html`${courseChart({
    points,
    from: seen.from,
    to: seen.to,
    threshold: share === undefined ? null : slo.objective,
    marks,
    label: `${what} from ${clock.text(seen.from)} to ${clock.text(seen.to)}`,
    scale: share === undefined ? [0, most] : [Math.max(0, least - 0.02), 1],
    scaleText: percent,
  })}<p class="muted">${what}, ${clock.mark(seen.from)} to ${clock.mark(seen.to)}; ${
    share === undefined ? `at most ${count(most)}` : `from ${percent(least)} to 100 %`
  }.</p>`
}

/** Minutes without a record are 0 records, but no share of anything. */
function byMinute(minutes: readonly MinuteCounts[], seen: Span, share: Share | undefined): CoursePoint[] {
  if (share !== undefined) return minutes.map((minute) => ({ at: minute.start, value: share(minute) }))
  const received = new Map(minutes.map((minute) => [minute.start, minute.received]))
  const points: CoursePoint[] = []
  const step = MINUTE * Math.max(1, Math.ceil((seen.to - seen.from) / MINUTE / 720))
  for (let at = Math.floor(seen.from / MINUTE) * MINUTE; at < seen.to - MINUTE; at += step) {
    points.push({ at, value: received.get(at) ?? 0 })
  }
  return points
}

/** The budget left over the incident; nothing where fewer than two verdicts are kept. */
export function budgetCourse(slo: SloPlan, verdicts: readonly Verdict[], seen: Span, clock: Clock): Html | null {
  const points = verdicts.map(({ at, budgetRemaining }) => ({ at, value: budgetRemaining }))
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]))
  if (known.length < 2) return null
  const [least, most] = [Math.min(0, ...known), Math.max(...known)]
  return html`<h3>Budget of ${slo.name}</h3>${courseChart({
    points,
    from: seen.from,
    to: seen.to,
    threshold: null,
    marks: [],
    label: `Budget left of ${slo.name}, from ${clock.text(seen.from)} to ${clock.text(seen.to)}`,
    scale: [least, Math.max(most, least + 0.01)],
    scaleText: percent,
  })}<p class="muted">From ${percent(known[0] ?? 0)} to ${percent(known.at(-1) ?? 0)} left.</p>`
}
