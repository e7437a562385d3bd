import type { Duration } from '../../../model/time.ts'

/** Parting from a broker takes no longer. */
const PART_WITHIN: Duration = 3_000

/**
 * Waits for work whose outcome doesn't matter, but not for ever: kafkajs 2.2.4 waits for answers to come before it closes a
 * connection, and of a broker that was killed none come. Whether it ended, well or not.
 */
export async function bounded(work: Promise<unknown>, most: Duration = PART_WITHIN): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((done) => {
    timer = setTimeout(() => done(false), most)
  })
  const ended = work.then(
    () => true,
    () => true,
  )
  const isOver = await Promise.race([ended, late])
  clearTimeout(timer)
  return isOver
}

/** What work gives, if it gives it in time; else throws what is to be said. For work that may never end: the client's, whose requests can get lost. */
export async function within<Result>(most: Duration, late: string, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<never>((_done, fail) => {
    timer = setTimeout(() => fail(new Error(late)), most)
  })
  try {
    return await Promise.race([work, ended])
  } finally {
    clearTimeout(timer)
  }
}
