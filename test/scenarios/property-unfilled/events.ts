import { type Call, type Line, ORDER, steady } from '../segment.ts'

const FILLED = { ...ORDER, cart_id: 'c-1' }
const UNFILLED: readonly Readonly<Record<string, unknown>>[] = [
  ORDER,
  { ...ORDER, cart_id: null },
  { ...ORDER, cart_id: '' },
]

export function* events(): Iterable<Line> {
  yield* steady(0, 240, 10, (index, minute): Partial<Call> => {
    if (index === 0) return { platform: 'web', properties: { ...FILLED, coupon_code: 'SPRING' } }
    if (index < 5) return { platform: 'web', properties: FILLED }
    if (index >= 8) return { platform: 'android', properties: FILLED }
    const fails = minute >= 120 && minute < 180
    return { platform: 'ios', properties: fails ? (UNFILLED[index - 5] ?? ORDER) : FILLED }
  })
}
