import { PAGING_Z } from '../../judge/slo/interval.ts'
import { MINIMUM_BAD } from '../../judge/slo/verdict.ts'
import { BURN_WINDOWS, type BurnWindow } from '../../model/verdict.ts'
import type { Rule, RuleGroup } from './rule-file.ts'

/** Long windows of burn rows: those that are held to a bound instead of to the plain ratio. */
const LONG_WINDOWS: readonly BurnWindow[] = ['1h', '6h', '1d', '3d']
const QUICK_WINDOWS: readonly BurnWindow[] = ['5m', '30m', '1h']

/** Instances of one Assay share a job: one judges at a time, and their counters add up. */
const WITHOUT = 'without (instance, pod)'

/** Records, or minutes of a time slice, of an SLO in a window. */
const totalOf = (window: BurnWindow): string => `slo:assay_sli:increase${window}`
export const badOf = (window: BurnWindow): string => `slo:assay_sli_bad:increase${window}`
/** Plain share of bad. */
export const ratioOf = (window: BurnWindow): string => `slo:assay_sli_bad_per_total:ratio${window}`
/** The share of bad that a window shows beyond doubt. */
export const boundOf = (window: BurnWindow): string => `slo:assay_sli_bad_per_total:lower_bound${window}`

/**
 * Good and bad of every SLO over the burn windows. Short windows are kept up with the judge, which looks once a minute; the
 * increase over a day need not be read as often.
 */
export function recordingGroups(): readonly RuleGroup[] {
  const slow = BURN_WINDOWS.filter((window) => !QUICK_WINDOWS.includes(window))
  return [
    { name: 'assay-sli', interval: '30s', rules: QUICK_WINDOWS.flatMap(recordings) },
    { name: 'assay-sli-slow', interval: '2m', rules: slow.flatMap(recordings) },
  ]
}

function recordings(window: BurnWindow): Rule[] {
  const [total, bad] = [totalOf(window), badOf(window)]
  return [
    { record: total, expr: `sum ${WITHOUT} (increase(assay_sli_total[${window}]))` },
    {
      record: bad,
      expr: `clamp_min(${total} - sum ${WITHOUT} (increase(assay_sli_good_total[${window}])), 0)`,
    },
    { record: ratioOf(window), expr: `${bad} / (${total} > 0)` },
    ...(LONG_WINDOWS.includes(window) ? [{ record: boundOf(window), expr: lowerBound(bad, total) }] : []),
  ]
}

/**
 * Lower end of the one-sided 99 % Wilson interval of bad / total, as Assay's own rows are held to, multiplied out:
 * (b + z²/2 − z √(b (n − b) / n + z²/4)) / (n + z²). No series below 3 bad; `increase` extrapolates, so 3 is seen as 2.9.
 */
function lowerBound(bad: string, total: string): string {
  const zz = PAGING_Z ** 2
  const number = (value: number) => String(Number(value.toFixed(8)))
  return `(
  ${bad} + ${number(zz / 2)}
  - ${PAGING_Z} * sqrt(clamp_min(${bad} * (${total} - ${bad}) / (${total} > 0), 0) + ${number(zz / 4)})
) / (${total} + ${number(zz)})
and ${bad} > ${MINIMUM_BAD - 0.5}
`
}
