import { factor, objectivePercent, percent, span, whole } from '../alert/figures.ts'
import { PROMISE } from '../alert/wording.ts'
import { isTimeSlice } from '../model/sli.ts'
import { formatDuration, HOUR } from '../model/time.ts'
import type { Verdict } from '../model/verdict.ts'
import type { SloPlan } from '../plan/plan.ts'
import type { Paint } from './printable.ts'
import type { Traffic } from './examine.ts'

/** `99.9 % of records keep their contract, over 30d` */
export function promise(slo: SloPlan): string {
  const limit = slo.maxAge ?? slo.maxDelay
  const within =
    limit === null
      ? ''
      : slo.kind === 'freshness'
        ? ` (under ${formatDuration(limit)})`
        : ` (within ${formatDuration(limit)})`
  return `${objectivePercent(slo.objective)} ${PROMISE[slo.kind]}${within}, over ${formatDuration(slo.window)}`
}

/** `not_evaluated (no_data)` */
export function outcomeWords({ outcome, reason }: Verdict, paint: Paint): string {
  const colour = outcome === 'met' ? 'green' : outcome === 'violated' ? 'red' : 'yellow'
  return paint(colour, reason === null ? outcome : `${outcome} (${reason})`)
}

/** `99.84 % of 12,500` */
export function ratioWords({ ratio, total, kind, objective }: Verdict): string {
  if (ratio === null) return '–'
  return `${percent(ratio, objective)} of ${isTimeSlice(kind) ? `${whole(total)} min` : whole(total)}`
}

/** `61 %`, `-220 %` of the budget that is left. */
export function budgetWords({ budgetRemaining }: Verdict): string {
  return budgetRemaining === null ? '–' : `${Number((budgetRemaining * 100).toFixed(1))} %`
}

export function burnWords(burn: number | null): string {
  return burn === null ? '–' : factor(burn)
}

/** `12,480 records in the last 24 h, 520 an hour` */
export function trafficWords(slo: SloPlan, { records, over, perHour }: Traffic): string {
  const kind = isTimeSlice(slo.kind) ? 'minute' : 'record'
  const counted = `${whole(records)} ${kind}${records === 1 ? '' : 's'} counted in the last ${span(over)}`
  return isTimeSlice(slo.kind) ? counted : `${counted}, ${Number(perHour.toFixed(1)).toLocaleString('en-US')} an hour`
}

/** How much may be bad in the window: of minutes as a time, of records as a number at this traffic. */
export function allowance(slo: SloPlan, perHour: number | null): string {
  const share = `${percent(1 - slo.objective)}`
  if (isTimeSlice(slo.kind))
    return `${share}, ${span(slo.window * (1 - slo.objective))} of ${formatDuration(slo.window)}`
  if (slo.kind === 'volume') return `${share} of the hours of ${formatDuration(slo.window)}`
  if (perHour === null || perHour === 0) return `${share} of the records of ${formatDuration(slo.window)}`
  const records = ((perHour * slo.window) / HOUR) * (1 - slo.objective)
  return `${share}, about ${records < 10 ? factor(records) : whole(records)} records in ${formatDuration(slo.window)} at its traffic`
}
