import { expect, it } from 'vitest'
import type { VolumeAlarm } from '../../../src/judge/volume/alarm.ts'
import { standingAlarms } from '../../../src/judge/volume/standing-alarms.ts'
import type { Aspect, WatchedSeries } from '../../../src/judge/volume/watched.ts'
import { HOUR } from '../../../src/model/time.ts'

const AT = Date.UTC(2026, 0, 5)
const ASPECTS: readonly Aspect[] = ['total', 'platform', 'invalid', 'incomplete', 'property', 'duplicates']
const SERIES = new Map(
  ASPECTS.map((aspect): [string, WatchedSeries] => [
    aspect,
    { name: aspect, event: 'A', source: null, aspect, value: 'v' },
  ]),
)

function alarm(aspect: Aspect, direction: 'up' | 'down'): VolumeAlarm {
  const share = aspect === 'total' ? 'volume' : 'share'
  const figures = { observed: 0, expected: 0.2, lower: 0.1, upper: 0.3 }
  return { series: aspect, kind: share, direction, openedAt: AT, closedAt: null, ...figures }
}

it('less of what is bad is told to nobody, more of it is', () => {
  const told = (direction: 'up' | 'down') => {
    const standing = standingAlarms((name) => SERIES.get(name))
    standing.note(ASPECTS.map((aspect) => alarm(aspect, direction)))
    return standing
      .told(AT + HOUR, { domainOf: () => null, lacks: () => true })
      .map(({ series }) => series.aspect)
      .sort()
  }
  expect(told('up')).toEqual([...ASPECTS].sort())
  expect(told('down')).toEqual(['platform', 'total'])
})
