import { Counter, Gauge, type Registry } from 'prom-client'
import { FAMILIES, type Family, type FamilyName } from './families.ts'

/** Value of every label of the one series that takes what no longer fits. */
const OVERFLOW = '__overflow__'

/** Has a series for each metric, and no more: it needs no room of its own. */
const COUNTS_OVERFLOW: FamilyName = 'assay_metrics_overflow_total'

export type Labels = Readonly<Record<string, string>>

/** The counters and gauges of a registry, each with at most `most` series and one for the rest. */
export interface Series {
  /** Adds to a counter; 0 makes the series appear. */
  add(name: FamilyName, labels: Labels, amount: number): void
  /** Sets a gauge; null takes its series away: what isn't measured isn't exported. */
  set(name: FamilyName, labels: Labels, value: number | null): void
  /** Takes all series of a gauge away. */
  clear(name: FamilyName): void
}

/** `overflowed`: told the name of a metric whenever something went to its series for the rest. */
export function createSeries(
  registry: Registry,
  names: readonly FamilyName[],
  most: number,
  overflowed: (name: FamilyName) => void,
): Series {
  const counters = new Map<FamilyName, Counter>()
  const gauges = new Map<FamilyName, Gauge>()
  /** By metric: the keys of its series, with the value last set. Most gauges of SLOs stay as they are from minute to minute. */
  const known = new Map<FamilyName, Map<string, number>>()
  for (const name of names) {
    const { type, help, labels }: Family = FAMILIES[name]
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    if (type === 'counter') counters.set(name, new Counter(options))
    else gauges.set(name, new Gauge(options))
    known.set(name, new Map())
  }

  const keyOf = (name: FamilyName, labels: Labels) =>
    FAMILIES[name].labels.map((label: string) => labels[label] ?? '').join('\u0000')
  /** Whether the series has a place of its own, now or from before. */
  const fits = (name: FamilyName, key: string): boolean => {
    const series = known.get(name)
    if (series === undefined || series.has(key) || name === COUNTS_OVERFLOW) return true
    const family: Family = FAMILIES[name]
    if (series.size < most * (family.each ?? 1)) {
      series.set(key, Number.NaN)
      return true
    }
    overflowed(name)
    return false
  }
  const overflow = (name: FamilyName): Labels =>
    Object.fromEntries(FAMILIES[name].labels.map((label: string) => [label, OVERFLOW]))

  return {
    add: (name, labels, amount) => {
      if (!(amount >= 0 && Number.isFinite(amount))) return
      counters.get(name)?.inc(fits(name, keyOf(name, labels)) ? labels : overflow(name), amount)
    },
    set: (name, labels, value) => {
      const gauge = gauges.get(name)
      if (gauge === undefined) return
      const key = keyOf(name, labels)
      if (value === null || !Number.isFinite(value)) {
        if (known.get(name)?.delete(key) === true) gauge.remove(labels)
      } else if (known.get(name)?.get(key) === value) return
      else if (fits(name, key)) {
        known.get(name)?.set(key, value)
        gauge.set(labels, value)
      }
      // The last of many values would say nothing of any of them: the series is there, without a number.
      else gauge.set(overflow(name), Number.NaN)
    },
    clear: (name) => {
      gauges.get(name)?.reset()
      known.get(name)?.clear()
    },
  }
}
