import { describe, expect, it } from 'vitest'
import { HOUR, type Instant, MINUTE, SECOND } from '../../src/model/time.ts'
import { createBehindWatch } from '../../src/runtime/behind.ts'
import { stepWords, withClock } from '../../src/runtime/clock-steps.ts'

const T = Date.UTC(2026, 2, 2, 12)

/** A watch that is looked at every second from `at` on; answers the sources that are behind at the end, with since when. */
function watching(rhythm = MINUTE) {
  const watch = createBehindWatch(() => rhythm)
  let now = T
  let late: ReadonlyMap<string, Instant> = new Map()
  return {
    set: (to: Instant) => {
      now = to
    },
    seconds: (count: number, watermark: (now: Instant) => Instant) => {
      for (let n = 0; n < count; n++) {
        now += SECOND
        late = watch.look(new Map([['web', { at: watermark(now), complete: false }]]), now)
      }
      return late
    },
  }
}

const moving = (now: Instant): Instant => now - 2 * SECOND

describe('a source whose watermark', () => {
  it('stands still is behind once its rhythm and two minutes are over, since it stood still', () => {
    const watch = watching()
    watch.seconds(60, moving)
    const still = T + MINUTE - 2 * SECOND
    expect(watch.seconds(179, () => still)).toEqual(new Map())
    expect(watch.seconds(1, () => still)).toEqual(new Map([['web', T + MINUTE]]))
    expect(watch.seconds(1, moving)).toEqual(new Map())
  })

  it('is no longer known is behind as one that stands still is, until it is known to have moved', () => {
    const watch = createBehindWatch((source) => (source === 'web' ? MINUTE : null))
    const known = (at: Instant) => new Map([['web', { at, complete: false }]])
    watch.look(known(T), T)
    watch.look(known(T + SECOND), T + SECOND)
    let late: ReadonlyMap<string, Instant> = new Map()
    for (let second = 2; second <= 181; second++) late = watch.look(new Map(), T + second * SECOND)
    expect(late).toEqual(new Map([['web', T + SECOND]]))
    expect(watch.look(known(T + 180 * SECOND), T + 182 * SECOND)).toEqual(new Map())
  })

  it('moves on after the machine slept for hours was never behind', () => {
    const watch = watching()
    watch.seconds(10, moving)
    watch.set(T + 5 * HOUR)
    // Nothing was read yet at the first looks after it.
    expect(watch.seconds(5, () => T + 8 * SECOND)).toEqual(new Map())
    expect(watch.seconds(5, moving)).toEqual(new Map())
  })

  it('stands still since the clock was set back is behind after as long, and says why', () => {
    const watch = watching()
    watch.seconds(60, moving)
    watch.set(T - 3 * HOUR)
    const still = T + MINUTE - 2 * SECOND
    expect(watch.seconds(179, () => still)).toEqual(new Map())
    const now = T - 3 * HOUR + 182 * SECOND
    const late = watch.seconds(3, () => still)
    expect([...late.keys()]).toEqual(['web'])
    expect(late.get('web')).toBeLessThanOrEqual(now)
    const why = withClock(new Map(), late, new Map([['web', { at: still, complete: false }]]), { now, timezone: 'UTC' })
    expect(why.get('web')).toEqual({
      reason: 'ingest_behind',
      text: "This machine's clock was set back, or was ahead before: everything up to Mon 2 Mar 12:00 UTC is judged already, and judging goes on once it is that late again. If the clock is wrong now, put it right.",
    })
  })
})

describe('a step of the clock', () => {
  const cases: Record<string, [Instant, RegExp | null]> = {
    'a second later': [T + SECOND, null],
    'put right by some seconds': [T - 4 * SECOND, null],
    'an hour back': [T - HOUR, /set back by 1 h: .* once it is Mon 2 Mar 12:00 UTC again$/],
    'an hour forward': [T + HOUR, /^no round of judging for 1 h: this machine slept, or its clock was set forward/],
  }
  it.each(Object.entries(cases))('%s', (_name, [now, words]) => {
    const said = stepWords(T, now, 'UTC')
    if (words === null) expect(said).toBeNull()
    else expect(said).toMatch(words)
  })
})
