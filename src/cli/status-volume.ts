import type { Plan } from '../plan/plan.ts'
import { hourDocument, unwatchedWords, volumeDocument } from '../serve/volume-document.ts'
import type { VolumeStream } from '../store/volume-streams.ts'
import { counted, printable } from './printable.ts'
import { table } from './table.ts'

/** Streams that are shown; `--json` has them all. */
const SHOWN = 20

/** What volume alarms may cost, what they have, and what they watch; empty where no SLO is on volume. `spent`: incidents of seven days. */
export function volumeText(plan: Plan, spent: number, streams: readonly VolumeStream[]): string {
  if (!plan.slos.some(({ kind }) => kind === 'volume')) return ''
  const budget = plan.volume?.falseAlarmsPerWeek ?? 1
  const head = `Volume: ${counted(spent, 'incident')} in 7 days; the budget for false alarms is ${budget} a week.\n`
  if (streams.length === 0) return head
  const series = streams.reduce((sum, stream) => sum + stream.series.length, 0)
  const shown = streams.toSorted((a, b) => b.falseAlarmsPerWeek - a.falseAlarmsPerWeek).slice(0, SHOWN)
  const more = streams.length - shown.length
  return [
    head,
    `${series.toLocaleString('en-US')} series of ${counted(streams.length, 'stream')} are watched.\n`,
    table(
      [
        { title: 'WATCHED' },
        { title: 'SERIES', right: true },
        { title: 'OF THE BUDGET', right: true },
        { title: 'LAST HOUR', right: true },
        { title: 'EXPECTED', right: true },
        { title: 'ONLY IN THE TOTAL' },
      ],
      shown.map((stream) => rowOf(stream)),
    ),
    more > 0 ? `and ${more} more: assay status --json\n` : '',
  ].join('')
}

function rowOf({ event, source, series, falseAlarmsPerWeek, hours, unwatched }: VolumeStream): string[] {
  const last = hours.at(-1)
  const band = last?.band ?? null
  const whole = (value: number) => Math.round(value).toLocaleString('en-US')
  return [
    printable(source === null ? event : `${event} from ${source}`),
    String(series.length),
    falseAlarmsPerWeek.toFixed(2),
    last === undefined ? '–' : whole(last.observed),
    band === null ? 'learning' : `${whole(band.expected)} (${whole(band.lower)} to ${whole(band.upper)})`,
    unwatchedWords(unwatched).join(', '),
  ]
}

/** The same for programs: every stream, and its last hour. */
export function volumeStatus(plan: Plan, spent: number, streams: readonly VolumeStream[]): object {
  return {
    false_alarms_per_week: plan.volume?.falseAlarmsPerWeek ?? 1,
    incidents_last_7_days: spent,
    series: streams.reduce((sum, { series }) => sum + series.length, 0),
    streams: streams.map((stream) => {
      const last = stream.hours.at(-1)
      const { hours: _, ...document } = volumeDocument(stream) as { readonly hours: unknown }
      return { ...document, last_hour: last === undefined ? null : hourDocument(last) }
    }),
  }
}
