/** Time that stands still until it is moved: a clock with timers of its own. */
export interface VirtualClock {
  readonly now: () => number
  readonly setTimer: (wait: number, run: () => void) => () => void
  /** Moves on to the next timer and runs it; false where none is set. */
  readonly next: () => boolean
  /** Moves on by `duration`, running what is due on the way. */
  readonly advance: (duration: number) => void
}

export function virtualClock(start: number): VirtualClock {
  let time = start
  const timers = new Map<object, { at: number; run: () => void }>()

  const first = () => [...timers].sort(([, a], [, b]) => a.at - b.at)[0]

  function next(limit = Number.POSITIVE_INFINITY): boolean {
    const due = first()
    if (due === undefined || due[1].at > limit) return false
    timers.delete(due[0])
    time = Math.max(time, due[1].at)
    due[1].run()
    return true
  }

  return {
    now: () => time,
    setTimer: (wait, run) => {
      const key = {}
      timers.set(key, { at: time + wait, run })
      return () => timers.delete(key)
    },
    next: () => next(),
    advance: (duration) => {
      const end = time + duration
      while (next(end));
      time = end
    },
  }
}
