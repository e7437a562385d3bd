import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { learning } from '../../../src/judge/volume/learning.ts'
import { HOUR } from '../../../src/model/time.ts'

const context = { timezone: 'UTC', falseAlarmsPerWeek: 1 }
const buckets = (counts: readonly number[]) => counts.map((count, index) => ({ end: (index + 1) * HOUR, count }))

describe('the learning detector', () => {
  it('keeps what it sees, whether step by step or rebuilt, and never alarms', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 800 }), (counts) => {
        let state = learning.rebuild([], context)
        for (const bucket of buckets(counts)) {
          const step = learning.step(state, bucket, context)
          expect(step).toMatchObject({ band: null, alarm: null })
          state = step.state
        }
        expect(state).toEqual(learning.rebuild(buckets(counts), context))
      }),
      { numRuns: 20 },
    )
  })
  it('keeps four weeks of hours', () => {
    expect(learning.rebuild(buckets(Array(1_000).fill(5)), context).buckets).toHaveLength(28 * 24)
  })
})
