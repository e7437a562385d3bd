import type { Registry } from 'prom-client'
import { compareText } from '../../model/order.ts'

/** A registry's text with metrics by name and series by labels, whatever order they came in. */
export async function sortedText(registry: Registry): Promise<string> {
  const names = registry.getMetricsAsArray().map(({ name }) => name)
  const blocks = await Promise.all(
    names.sort(compareText).map(async (name) => {
      const lines = (await registry.getSingleMetricAsString(name)).trimEnd().split('\n')
      const head = lines.filter((line) => line.startsWith('#'))
      const series = lines.filter((line) => line !== '' && !line.startsWith('#'))
      // A histogram's series come sorted already, its buckets by their bound.
      return [...head, ...(head.some((line) => line.endsWith(' histogram')) ? series : series.sort(compareText))]
    }),
  )
  return `${blocks.flat().join('\n')}\n`
}
