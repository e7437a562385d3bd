import type { SliKind } from '../../model/sli.ts'
import type { WindowCounts } from '../../model/window.ts'
import type { Tally } from '../slo/ledger.ts'

/**
 * What an SLI reads from a window's counts: bad and total of its records. Null for kinds that count minutes or hours
 * instead of records (freshness, lag, volume) and for those that need another stream (landing).
 */
export function measureOf(kind: SliKind): ((counts: Readonly<WindowCounts>) => Tally) | null {
  switch (kind) {
    case 'validity':
      return ({ invalid, received }) => ({ bad: invalid, total: received })
    case 'completeness':
      return ({ incomplete, received }) => ({ bad: incomplete, total: received })
    case 'uniqueness':
      return ({ duplicates, identified }) => ({ bad: duplicates, total: identified })
    case 'timeliness':
      return ({ late, timed }) => ({ bad: late, total: timed })
    case 'freshness':
    case 'volume':
    case 'landing':
    case 'lag':
      return null
  }
}
