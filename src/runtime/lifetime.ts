import type { Duration } from '../model/time.ts'

/** How long a stop may take, in all. */
const STOP_WITHIN: Duration = 1_800

/** What a daemon has started, and how it ends. */
export interface Lifetime {
  /** Aborts when the stop begins. */
  readonly stopping: AbortSignal
  /** A step of the stop, taken before those that were named earlier. */
  readonly atStop: (step: () => Promise<unknown> | unknown) => void
  /** Ends the daemon where this work fails before the stop. What it answers never rejects. */
  readonly watch: (work: Promise<unknown>) => Promise<void>
  /** As `watch`; the stop waits for it as one of its steps. */
  readonly keep: (work: Promise<unknown>) => void
  readonly broke: (error: unknown) => void
  /** Rejects when something broke. */
  readonly broken: Promise<never>
  /** In reverse order of the start, each step whatever became of the one before; all of it within a bound. */
  readonly stop: () => Promise<void>
}

export function createLifetime(): Lifetime {
  const controller = new AbortController()
  const steps: (() => Promise<unknown> | unknown)[] = []
  let broke: (error: unknown) => void = () => undefined
  const broken = new Promise<never>((_resolve, reject) => {
    broke = reject
  })
  broken.catch(() => undefined)

  const watch = (work: Promise<unknown>): Promise<void> =>
    work.then(
      () => undefined,
      (error: unknown) => {
        if (!controller.signal.aborted) broke(error)
      },
    )

  return {
    stopping: controller.signal,
    atStop: (step) => void steps.push(step),
    watch,
    keep: (work) => {
      const watched = watch(work)
      steps.push(() => watched)
    },
    broke,
    broken,
    stop: async () => {
      controller.abort()
      const deadline = performance.now() + STOP_WITHIN
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) await within(step, deadline)
    },
  }
}

async function within(step: () => Promise<unknown> | unknown, deadline: number): Promise<void> {
  const left = Math.max(50, deadline - performance.now())
  await Promise.race([
    Promise.resolve()
      .then(step)
      .catch(() => undefined),
    new Promise((resume) => setTimeout(resume, left).unref()),
  ])
}
