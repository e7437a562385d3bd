import { describe, expect, it } from 'vitest'
import { createListening, type Listening, type Observed } from '../../../../src/observe/sources/http/listening.ts'

const START = Date.UTC(2026, 9, 1, 12)
const at = (seconds: number) => START + seconds * 1_000

/** Takes and stores a batch. */
function store(listening: Listening, now: number, oldest: number | null = null): Observed {
  const observed = listening.observed(now, oldest)
  listening.stored(observed)
  return observed
}

/** Ticks once a second, up to and with `to`. */
function pass(listening: Listening, from: number, to: number): void {
  for (let second = from; second <= to; second++) listening.tick(at(second))
}

describe('listening', () => {
  it('claims nothing in its first two seconds, then says since when it has listened, once', () => {
    const listening = createListening(at(0))
    expect(store(listening, at(1))).toEqual({ observedUntil: null, listeningSince: null })
    expect(store(listening, at(2))).toEqual({ observedUntil: at(0), listeningSince: at(0) })
    expect(store(listening, at(3))).toEqual({ observedUntil: at(1), listeningSince: null })
  })

  it('says since when until a batch that says so is stored', () => {
    const listening = createListening(at(0))
    expect(listening.observed(at(3), null).listeningSince).toBe(at(0))
    expect(store(listening, at(4)).listeningSince).toBe(at(0))
    expect(store(listening, at(5)).listeningSince).toBeNull()
  })

  it('claims nothing past the oldest request that still waits', () => {
    const listening = createListening(at(0))
    pass(listening, 1, 10)
    expect(store(listening, at(10), at(4)).observedUntil).toBe(at(4))
    expect(store(listening, at(11), at(10)).observedUntil).toBe(at(9))
  })

  it('never takes back what it claimed, even when the clock is set back', () => {
    const listening = createListening(at(0))
    pass(listening, 1, 10)
    expect(store(listening, at(10)).observedUntil).toBe(at(8))
    expect(store(listening, at(7)).observedUntil).toBe(at(8))
  })

  it('begins a new span after a pause of over 5 s, not after one of 5 s', () => {
    const listening = createListening(at(0))
    store(listening, at(4))
    expect(store(listening, at(9)).listeningSince).toBeNull()
    expect(store(listening, at(15))).toEqual({ observedUntil: null, listeningSince: null })
    pass(listening, 16, 17)
    expect(store(listening, at(17))).toEqual({ observedUntil: at(15), listeningSince: at(15) })
  })

  it('did not listen while it sent requests away for over 5 s', () => {
    const listening = createListening(at(0))
    store(listening, at(2))
    for (let second = 3; second <= 20; second++) {
      listening.tick(at(second))
      listening.turnedAway(at(second))
    }
    listening.tick(at(22))
    expect(store(listening, at(22))).toEqual({ observedUntil: at(20), listeningSince: at(20) })
    expect(store(listening, at(23)).listeningSince).toBeNull()
  })

  it('did listen where requests were sent away for 5 s at most', () => {
    const listening = createListening(at(0))
    store(listening, at(2))
    listening.turnedAway(at(3))
    listening.turnedAway(at(7))
    expect(store(listening, at(7)).listeningSince).toBeNull()
    listening.turnedAway(at(12))
    expect(store(listening, at(12)).listeningSince).toBeNull()
  })

  it('opens a new span after a batch that took long to store while others were sent away', () => {
    const listening = createListening(at(0))
    store(listening, at(2))
    pass(listening, 3, 5)
    const out = listening.observed(at(5), null)
    for (let second = 6; second <= 30; second++) {
      listening.tick(at(second))
      if (second > 10) listening.turnedAway(at(second))
    }
    listening.stored(out)
    pass(listening, 31, 33)
    expect(store(listening, at(33))).toEqual({ observedUntil: at(31), listeningSince: at(30) })
  })
})
