import { BAD_ORDER, type Call, type Line, steady } from '../segment.ts'

const SENDERS: readonly Partial<Call>[] = [
  { platform: 'web', version: '4.3.0' },
  { platform: 'ios', version: '4.2.0' },
  { platform: 'android', version: '4.3.0' },
  { platform: 'web', version: '4.3.0' },
  { platform: 'android', version: '4.2.0' },
  { platform: 'android', version: '4.3.0' },
  { platform: 'web', version: '4.3.0' },
  { platform: 'ios', version: '4.2.0' },
  { platform: 'android', version: '4.3.0' },
  { platform: 'android', version: '4.2.0' },
]

export function* events(): Iterable<Line> {
  yield* steady(0, 240, 10, (index, minute) => {
    const sender = SENDERS[index] ?? {}
    const isReleased = sender.platform === 'android' && sender.version === '4.3.0'
    return isReleased && minute >= 120 && minute < 180 ? { ...sender, properties: BAD_ORDER } : sender
  })
}
