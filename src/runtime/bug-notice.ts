import type { Log } from './log.ts'

/** Bugs told; one that is new with each message must not fill the log either. */
const MOST_BUGS = 16
/** Frames of a stack that say where a bug is; those further down differ by what waited for it. */
const FRAMES = 3

/**
 * Tells of bugs in what is only told to others, which must not end the daemon: of each once, since the same one each second
 * would hide everything else. Bugs are the same where they come from the same place, whatever their messages hold.
 */
export function createBugNotice(log: Pick<Log, 'error'>, message: string): (error: unknown) => void {
  const told = new Set<string>()
  return (error) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const frames = text.split('\n').filter((line) => line.startsWith('    at '))
    const place = frames.length === 0 ? text : frames.slice(0, FRAMES).join('\n')
    if (told.has(place) || told.size >= MOST_BUGS) return
    told.add(place)
    log.error({ error: text }, message)
  }
}
