import { arrivals, type Line, track } from '../segment.ts'

const COMPLETED = ['4.1.9', '4.2.0', '4.3.0', '4.10.0', null]
const CANCELLED = [null, '1.0.0', '2.5.0']

export function* events(): Iterable<Line> {
  for (const [index, version] of [...COMPLETED, ...CANCELLED].entries()) {
    const isCompleted = index < COMPLETED.length
    yield track({
      at: arrivals(index, 1)[0] ?? 0,
      event: isCompleted ? 'Order Completed' : 'Order Cancelled',
      properties: isCompleted ? { order_id: 'o-1' } : {},
      ...(version === null ? {} : { version }),
    })
  }
}
