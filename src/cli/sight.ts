import { factor, percent, span, whole } from '../alert/figures.ts'
import { leastBad } from '../judge/slo/row-reading.ts'
import { sightOf, sightSentence } from '../judge/slo/sight.ts'
import { round6 } from '../model/ratio.ts'
import { isTimeSlice } from '../model/sli.ts'
import { formatDuration, HOUR } from '../model/time.ts'
import type { BurnRow, SloPlan } from '../plan/plan.ts'
import { table } from './table.ts'

/** What each row asks for at this traffic. */
export function rowTable(slo: SloPlan, perHour: number, nominal: boolean): string {
  if (slo.rows.length === 0) return ''
  const at = nominal ? `At ${whole(perHour)} records an hour:\n` : ''
  const rows = slo.rows.map((row) => {
    const { page, ticket } = sightOf({ ...slo, rows: [row] }, perHour)
    const after = page ?? ticket
    return [
      row.severity,
      factor(row.threshold),
      `${formatDuration(row.long)} and ${formatDuration(row.short)}`,
      `> ${percent(row.threshold * (1 - slo.objective))}`,
      needs(slo, row, perHour),
      after === null ? 'never' : span(after),
    ]
  })
  const columns = [
    { title: 'ROW' },
    { title: 'BURN', right: true },
    { title: 'WINDOWS' },
    { title: 'BAD' },
    { title: 'TAKES AT LEAST' },
    { title: 'ALL BAD FIRES AFTER' },
  ]
  return at + table(columns, rows)
}

/** `9 bad of 600 in 1h` */
function needs(slo: SloPlan, row: BurnRow, perHour: number): string {
  const least = leastBad(slo, row, (perHour * row.long) / HOUR)
  const window = formatDuration(row.long)
  if (least === null) return `more than the records of ${window}`
  if (isTimeSlice(slo.kind)) return `${whole(least)} bad minutes in ${window}`
  return `${whole(least)} bad of ${whole((perHour * row.long) / HOUR)} in ${window}`
}

/** Output form of what an SLO can see at a traffic. */
export function sightDocument(slo: SloPlan, perHour: number): object {
  const sight = sightOf(slo, perHour)
  const seconds = (duration: number | null) => (duration === null ? null : duration / 1_000)
  return {
    records_per_hour: isTimeSlice(slo.kind) ? null : round6(perHour),
    page_after_seconds: seconds(sight.page),
    ticket_after_seconds: seconds(sight.ticket),
    sentence: sightSentence(slo, sight),
    rows: slo.rows.map((row) => ({
      severity: row.severity,
      threshold: row.threshold,
      long: formatDuration(row.long),
      short: formatDuration(row.short),
      limit: round6(row.threshold * (1 - slo.objective)),
      least_bad: leastBad(slo, row, (perHour * row.long) / HOUR),
    })),
  }
}
