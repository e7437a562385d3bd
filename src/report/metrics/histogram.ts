import type { Registry } from 'prom-client'

/** A histogram that takes whole bucket counts at once: a record costs it nothing, a batch one addition a bucket. */
export interface BulkHistogram {
  /** `counts` has one entry a bound and one more for what is beyond the last; `sum` is in seconds. */
  add(labels: Readonly<Record<string, string>>, counts: readonly number[], sum: number): void
  observe(labels: Readonly<Record<string, string>>, seconds: number): void
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
  const add: BulkHistogram['add'] = (labels, counts, sum) => {
    const cell = cellOf(labels)
    for (let index = 0; index < cell.counts.length; index++) {
      cell.counts[index] = (cell.counts[index] ?? 0) + (counts[index] ?? 0)
    }
    cell.sum += sum
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
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: total },
    ]
  }
  registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0])
  return {
    add,
    observe: (labels, seconds) => {
      const index = bounds.findIndex((bound) => seconds <= bound)
      const counts = new Array<number>(bounds.length + 1).fill(0)
      counts[index === -1 ? bounds.length : index] = 1
      add(labels, counts, seconds)
    },
  }
}

function sorted(cells: ReadonlyMap<string, Cell>): Cell[] {
  return [...cells].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, cell]) => cell)
}
