import type { SliKind } from '../../model/sli.ts'
import type { WindowCounts } from '../../model/window.ts'

/** How many records of a window an SLI calls bad, out of how many. */
export function badShare(kind: SliKind, counts: WindowCounts): { bad: number; all: number } {
  switch (kind) {
    case 'validity':
      return { bad: counts.invalid, all: counts.received }
    case 'completeness':
      return { bad: counts.incomplete, all: counts.received }
    case 'uniqueness':
      return { bad: counts.duplicates, all: counts.identified }
    case 'timeliness':
      return { bad: counts.late, all: counts.timed }
    case 'freshness':
    case 'volume':
    case 'landing':
    case 'lag':
      return { bad: 0, all: counts.received }
  }
}
