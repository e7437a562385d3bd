import type { Registry } from 'prom-client'
import { compareText } from '../../model/order.ts'
import { type Duration, SECOND } from '../../model/time.ts'

/** A histogram in seconds that takes many values at once: the series is looked up once a batch. */
export interface BulkHistogram {
  /** Adds durations in milliseconds; negative ones count as 0. Without any the series appears at 0. */
  observe(labels: Readonly<Record<string, string>>, durations: readonly Duration[]): void
}

export interface HistogramOptions {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds in seconds, ascending. */
  readonly bounds: readonly number[]
  readonly most: number
  /** Told the name of the metric whenever something went to the overflow series. */
  readonly overflowed: (name: string) => void
}

interface Cell {
  readonly labels: Readonly<Record<string, string>>
  readonly counts: number[]
  /** Milliseconds: whole numbers add up to the same in any order. */
  sum: number
}

/** Registers a histogram whose series are printed sorted, buckets in order. */
export function createHistogram(registry: Registry, options: HistogramOptions): BulkHistogram {
  const { name, help, labels: labelNames, bounds, most, overflowed } = options
  const cells = new Map<string, Cell>()
  const cellOf = (labels: Readonly<Record<string, string>>): Cell => {
    const key = labelNames.map((label) => labels[label] ?? '').join('\u0000')
    const found = cells.get(key)
    if (found !== undefined) return found
    const isFull = cells.size >= most
    if (isFull) overflowed(name)
    const used = isFull ? Object.fromEntries(labelNames.map((label) => [label, '__overflow__'])) : labels
    const usedKey = isFull ? '\uFFFF' : key
    const cell = cells.get(usedKey) ?? { labels: used, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }
    cells.set(usedKey, cell)
    return cell
  }
  // The registry asks a metric for nothing but its name and these values.
  const metric = {
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    reset: () => cells.clear(),
    get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: [...sorted(cells)].flatMap(values) }),
  }
  const values = ({ labels, counts, sum }: Cell) => {
    let total = 0
    const buckets = counts.map((count, index) => {
      total += count
      return { metricName: `${name}_bucket`, labels: { le: String(bounds[index] ?? '+Inf'), ...labels }, value: total }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum / SECOND },
      { metricName: `${name}_count`, labels, value: total },
    ]
  }
  registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0])
  return {
    observe: (labels, durations) => {
      const cell = cellOf(labels)
      for (const duration of durations) {
        let index = 0
        while (index < bounds.length && duration > (bounds[index] ?? 0) * SECOND) index += 1
        cell.counts[index] = (cell.counts[index] ?? 0) + 1
        cell.sum += Math.max(0, duration)
      }
    },
  }
}

function sorted(cells: ReadonlyMap<string, Cell>): Cell[] {
  return [...cells].sort(([a], [b]) => compareText(a, b)).map(([, cell]) => cell)
}
