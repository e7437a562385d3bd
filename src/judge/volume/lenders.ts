import type { CountSeries } from './count-state.ts'
import { isYoung, type Member } from './member.ts'

/** So many tell a domain's season; more would cost what all of a large domain's newcomers pay. */
const MOST_LENDERS = 24

/**
 * Those whose season each young one of some series borrows: grown, counted in steps of the same length, and not in a silence that was
 * accepted. `lendersOf`: whose it may borrow.
 */
export function lendersAmong(
  names: Iterable<string>,
  members: ReadonlyMap<string, Member>,
  lendersOf: (series: string) => readonly string[],
): ReadonlyMap<string, readonly CountSeries[]> {
  const all = new Map<string, readonly CountSeries[]>()
  for (const name of names) {
    const member = members.get(name)
    if (member === undefined || !isYoung(member)) continue
    const lenders: CountSeries[] = []
    for (const other of lendersOf(name)) {
      const lender = members.get(other)
      if (lender === undefined || lender.counts === null || lender.step !== member.step) continue
      if (isYoung(lender) || lender.counts.asleep) continue
      lenders.push(lender.counts)
      if (lenders.length === MOST_LENDERS) break
    }
    if (lenders.length > 0) all.set(name, lenders)
  }
  return all
}
