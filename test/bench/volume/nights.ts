import { type Kind, startOf, trafficOf } from './generator.ts'
import { markdown } from './markdown.ts'

/** A third of the series have no clock change: theirs are the hours of the day. */
const STEADY = 2

/** How deep the nights of the series are: the sheet asks for a day of two harmonics, not for how much of it. */
export function nightsTable(kinds: readonly Kind[]): string {
  const depths = kinds.map(nightOf).sort((a, b) => a - b)
  const at = (part: number): string => (depths[Math.round(part * (depths.length - 1))] ?? 0).toFixed(2)
  const parts = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]
  return markdown(
    [
      'A working day’s three quietest hours, over the mean hour',
      'least',
      '10 %',
      '25 %',
      'median',
      '75 %',
      '90 %',
      'most',
      'n',
    ],
    [['platform', ...parts.map(at), depths.length]],
  )
}

function nightOf(kind: Kind): number {
  const { means } = trafficOf(kind, startOf(STEADY))
  const own = means[kind.seed % means.length] ?? new Float64Array(0)
  const byHour = new Float64Array(24)
  own.forEach((mean, hour) => {
    if (Math.floor(hour / 24) % 7 < 5) byHour[hour % 24] = (byHour[hour % 24] ?? 0) + mean
  })
  const workingDays = (own.length / 168) * 5
  const all = own.reduce((sum, mean) => sum + mean, 0) / own.length
  const three = byHour.map((_, hour) => [0, 1, 2].reduce((sum, on) => sum + (byHour[(hour + on) % 24] ?? 0), 0) / 3)
  return Math.min(...three) / workingDays / all
}
