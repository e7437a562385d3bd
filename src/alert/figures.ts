import { type Duration, HOUR, type Instant, MINUTE } from '../model/time.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

/** `Sat 21 Nov 14:02 Europe/Berlin`: local civil time with its zone. */
export function localTime(at: Instant, timezone: string): string {
  let format = formats.get(timezone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timezone, format)
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${part['weekday']} ${part['day']} ${part['month']} ${part['hour']}:${part['minute']} ${timezone}`
}

/** `23 min`, `5 h`, `2 h 10 min`, `3 d 4 h`: as a person says it, two units at most. */
export function span(duration: Duration): string {
  const minutes = Math.max(0, Math.floor(duration / MINUTE))
  if (minutes < 60) return `${minutes} min`
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.floor(duration / HOUR)
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** `37.2 %`. As many digits as tell it from 0, from 1 and from `other`. */
export function percent(share: number, other?: number): string {
  for (const digits of [1, 2, 3, 4]) {
    const shown = Number((share * 100).toFixed(digits))
    if ([0, 1, other].every((mark) => mark === undefined || mark === share || shown !== mark * 100)) return `${shown} %`
  }
  return `${share > 0.5 ? 'nearly 100' : 'nearly 0'} %`
}

/** An objective as it was written: `99.9 %`, never rounded. */
export function objectivePercent(objective: number): string {
  return `${Number((objective * 100).toFixed(6))} %`
}

/** `14.4`, `124`, `0.3`: burn rates and the like. */
export function factor(value: number): string {
  return Math.abs(value) >= 100 ? whole(value) : String(Number(value.toFixed(1)))
}

/** `12,480` */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
