import { poissonInterval, wilson } from './tally.ts'

/** A table. */
export function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(ratio > 0.99 && ratio < 1 ? 1 : 0)} %`
}

export function between([lower, upper]: readonly [number, number]): string {
  return `(${Math.round(100 * lower)}–${Math.round(100 * upper)})`
}

/** A share of trials with its 95 % interval, in percent. */
export function recallOf(hits: number, n: number): string {
  return `${percent(hits / n)} ${between(wilson(hits, n))}`
}

/** A rate with its 95 % interval. */
export function rateOf({ hits, n }: { readonly hits: number; readonly n: number }): string {
  const [lower, upper] = poissonInterval(hits)
  return n === 0 ? '–' : `${(hits / n).toFixed(3)} (${(lower / n).toFixed(3)}–${(upper / n).toFixed(3)})`
}
