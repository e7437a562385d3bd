/** Good of total, summed before it is divided. */
export interface Ratio {
  readonly good: number
  readonly total: number
}

export const NO_RATIO: Ratio = { good: 0, total: 0 }

export function addRatio(a: Ratio, b: Ratio): Ratio {
  return { good: a.good + b.good, total: a.total + b.total }
}

/** `good / total`, or null where nothing was counted. */
export function ratioValue({ good, total }: Ratio): number | null {
  return total === 0 ? null : good / total
}

/** Rounded to 6 decimals, as every number in output is; never `-0`. */
export function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0
}
