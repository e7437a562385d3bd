import { tableOfSource } from '../../model/subject.ts'
import type { Instant } from '../../model/time.ts'
import type { SloPlan } from '../../plan/plan.ts'
import type { Firsts } from './firsts.ts'

/** The sources that an event may come from: those that have brought a record of any kind. */
export function streamSources(firsts: Firsts): readonly string[] {
  return Object.keys(firsts.sources).filter((source) => tableOfSource(source) === null)
}

/** The sources that decide about an SLO in the minute that ends at `at`. `running`: those that may still bring records. */
export function decidingSources(
  { event, source }: Pick<SloPlan, 'event' | 'source'>,
  at: Instant,
  firsts: Firsts,
  running: ReadonlyMap<string, string | null>,
): readonly string[] {
  if (source !== null) return running.has(source) ? [source] : []
  const carrying = Object.entries(firsts.events[event] ?? {}).flatMap(([id, first]) =>
    first < at && running.has(id) ? [id] : [],
  )
  if (carrying.length > 0) return carrying
  const seen = streamSources(firsts).filter((id) => running.has(id))
  // Those that took the place of a source that is gone decide before their first record: that none comes is to be seen.
  return seen.length > 0 ? seen : [...running.keys()].filter((id) => tableOfSource(id) === null)
}
