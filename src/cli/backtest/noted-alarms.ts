import type { VolumeAlarm } from '../../judge/volume/alarm.ts'

/** An alarm is told when it opens and again when it closes. */
export function note(alarms: Map<string, VolumeAlarm>, changes: readonly VolumeAlarm[]): void {
  for (const alarm of changes) alarms.set(keyOf(alarm), alarm)
}

/** What tells one alarm from others. */
export function keyOf({ series, kind, direction, openedAt }: VolumeAlarm): string {
  return JSON.stringify([series, kind, direction, openedAt])
}

/** By the time they opened, then by what they are: an order that doesn't tell how they were found. */
export function byOpening(a: VolumeAlarm, b: VolumeAlarm): number {
  const text = (alarm: VolumeAlarm) => `${alarm.series}\n${alarm.kind}\n${alarm.direction}`
  return a.openedAt - b.openedAt || (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0)
}
