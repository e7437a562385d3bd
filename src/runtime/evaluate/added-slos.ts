import type { SloPlan } from '../../plan/plan.ts'
import { streamSources } from './deciding.ts'
import type { Firsts } from './firsts.ts'

/** What was noted of the accounts when they were last written down. */
interface Noted {
  readonly firsts: Firsts
  /** SLOs that had a standing; left out: not known. */
  readonly slos?: readonly string[]
}

/**
 * Tells SLOs that the plan has begun to name since the note was written, on sources that were known by then: one that was taken
 * out and put back is among them. `judged`: those that were ever judged, for a note that doesn't say.
 */
export function addedSlos(
  note: Noted | null,
  judged: ReadonlySet<string>,
): (slo: Pick<SloPlan, 'name' | 'source'>) => boolean {
  if (note === null) return () => false
  const { firsts } = note
  const known = note.slos === undefined ? judged : new Set(note.slos)
  const wasHeard = (source: string | null): boolean =>
    source === null ? streamSources(firsts).length > 0 : firsts.sources[source] !== undefined
  return ({ name, source }) => !known.has(name) && wasHeard(source)
}
