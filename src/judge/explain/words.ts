import { compareText } from '../../model/order.ts'
import type { Cause } from '../../model/incident.ts'
import { isTimeSlice, type SliKind } from '../../model/sli.ts'
import type { Instant } from '../../model/time.ts'
import { type Finding, OTHER } from '../../model/window.ts'

/** What the bad records of an SLI are called. */
const BAD: Readonly<Record<SliKind, string>> = {
  validity: 'violations',
  completeness: 'incomplete records',
  freshness: 'missing records',
  uniqueness: 'duplicates',
  timeliness: 'late records',
  volume: 'missing records',
  landing: 'records that did not land',
  lag: 'records that lag behind',
}

/** Findings of this kind say what is wrong with the bad records of an SLI. */
export const FINDING: Readonly<Partial<Record<SliKind, Finding['kind']>>> = {
  validity: 'violation',
  completeness: 'unfilled',
}

const MOST_FINDINGS = 3
const LONGEST_EXAMPLE = 400

/** `94 % of the violations come from android 4.3.0, which is 11 % of the traffic`; no cause: that nothing stands out. */
export function causeSentence(kind: SliKind, cause: Cause | null): string {
  if (cause === null) return `the ${BAD[kind]} are spread like the traffic: nothing stands out`
  const name = nameOf(cause)
  if (isTimeSlice(kind))
    return `${name} went silent, which was ${percent(cause.shareOfAll)} of the traffic; the rest goes on`
  return `${percent(cause.shareOfBad)} of the ${BAD[kind]} come from ${name}, which is ${percent(cause.shareOfAll)} of the traffic`
}

/** A cause's value as people say it: `android 4.3.0`, `app version 4.3.0`, `source web`. */
function nameOf({ dimension, value }: Pick<Cause, 'dimension' | 'value'>): string {
  if (dimension === 'platform+app_version') return value.replace('+', ' ')
  if (dimension === 'platform' && value !== 'unknown') return value
  return `${dimension.replace('_', ' ')} ${value}`
}

/** The commonest things that are wrong, most frequent first; how often only where there are several. */
export function findingSentences(
  kind: SliKind,
  findings: readonly { readonly finding: Finding; readonly count: number }[],
): readonly string[] {
  const telling = findings
    .filter(({ finding, count }) => finding.kind === FINDING[kind] && finding.path !== OTHER && count > 0)
    .sort(
      (a, b) =>
        b.count - a.count ||
        compareText(a.finding.path, b.finding.path) ||
        compareText(a.finding.keyword, b.finding.keyword),
    )
  const total = telling.length
  return telling.slice(0, MOST_FINDINGS).map(({ finding, count }) => {
    const text = findingText(finding)
    return total === 1 ? text : `${text} (${count === 1 ? 'once' : `${count} times`})`
  })
}

/** `` `revenue`: string instead of number `` */
export function findingText({ path, message }: Finding): string {
  return `\`${propertyOf(path)}\`: ${message === '' ? 'not filled' : message}`
}

export function exampleSentence(example: string): string {
  const points = [...example.replaceAll(/\s+/g, ' ').trim()]
  return `for example ${points.slice(0, LONGEST_EXAMPLE).join('')}${points.length > LONGEST_EXAMPLE ? '…' : ''}`
}

/** Civil time in the workspace's zone, with the day where it isn't that of `beside`: `14:02`, `5 Mar 23:58`. */
export function clockTime(at: Instant, beside: Instant, timezone: string): string {
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, day: 'numeric', month: 'short' })
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' }).format(at)
  const on = day.format(at)
  return on === day.format(beside) ? time : `${on} ${time}`
}

/** Whole percents; what isn't nothing or everything is never shown as such. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return 'under 1 %'
  if (share < 1 && share >= 0.995) return 'over 99 %'
  return `${Math.round(share * 100)} %`
}

/** `/items/0/price` → `items.0.price` */
export function propertyOf(pointer: string): string {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return steps.length === 0 ? 'the whole record' : steps.join('.')
}
