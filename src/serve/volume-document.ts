import { iso } from '../model/time.ts'
import type { VolumeHour, VolumeStream } from '../store/volume-streams.ts'

/** What is watched of a stream's volume, as the API and `status --json` print it. */
export function volumeDocument({ event, source, series, unwatched, falseAlarmsPerWeek, hours }: VolumeStream): object {
  return {
    subject: event,
    source,
    false_alarms_per_week: Number(falseAlarmsPerWeek.toFixed(6)),
    series,
    unwatched,
    hours: hours.map(hourDocument),
  }
}

/** Counts are whole records an hour; the band is null while too little is known. */
export function hourDocument({ start, observed, band }: VolumeHour): object {
  const round = (value: number) => Number(value.toFixed(1))
  return {
    at: iso(start),
    observed,
    expected: band === null ? null : round(band.expected),
    lower: band === null ? null : round(band.lower),
    upper: band === null ? null : round(band.upper),
  }
}

/** What of a stream has no series of its own. */
export function unwatchedWords({ platforms, families, properties }: VolumeStream['unwatched']): readonly string[] {
  const words = (count: number, one: string, many: string) =>
    count === 0 ? [] : [`${count.toLocaleString('en-US')} ${count === 1 ? one : many}`]
  return [
    ...words(platforms, 'platform', 'platforms'),
    ...words(families, 'version family', 'version families'),
    ...words(properties, 'property', 'properties'),
  ]
}
