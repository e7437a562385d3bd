import { describe, expect, it } from 'vitest'
import { sightOf, sightSentence } from '../../../src/judge/slo/sight.ts'
import { MINUTE } from '../../../src/model/time.ts'
import { sloPlan } from '../../support/slo-plan.ts'

describe('what an SLO can see at its traffic', () => {
  it.each([
    [0.99, 600, 11],
    [0.995, 600, 6],
    [0.999, 600, 2],
    [0.99, 60, 15],
    [0.999, 60, 4],
    [0.99, 6, 30],
  ])('at %d and %d an hour pages after %d min of total failure', (objective, perHour, minutes) => {
    expect(sightOf(sloPlan({ objective }), perHour).page).toBe(minutes * MINUTE)
  })

  it('says so in words', () => {
    const slo = sloPlan({ objective: 0.99 })
    expect(sightSentence(slo, sightOf(slo, 6))).toContain('at 6 an hour, if every record is bad, this pages after 30m')
  })

  it('knows that a trickle never pages', () => {
    expect(sightOf(sloPlan({ objective: 0.99 }), 0.1).page).toBeNull()
  })
})
