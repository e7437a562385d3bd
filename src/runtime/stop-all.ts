/** How long a stop may take, in all. */
const STOP_WITHIN = 1_800

/** In reverse order of the start, each step whatever became of the one before; all of it within a bound. */
export async function stopAll(stopping: AbortController, cleanUp: (() => Promise<unknown> | unknown)[]): Promise<void> {
  stopping.abort()
  const deadline = performance.now() + STOP_WITHIN
  for (const step of cleanUp.reverse()) {
    const left = Math.max(50, deadline - performance.now())
    await Promise.race([
      Promise.resolve()
        .then(step)
        .catch(() => undefined),
      new Promise((resume) => setTimeout(resume, left).unref()),
    ])
  }
  cleanUp.length = 0
}
