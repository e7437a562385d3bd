/** The kinds of SLI that a plan may name; `SLI_KINDS` are those that this version judges. */
export type SliKind =
  | 'validity'
  | 'completeness'
  | 'freshness'
  | 'uniqueness'
  | 'timeliness'
  | 'volume'
  | 'landing'
  | 'lag'
export const SLI_KINDS = ['validity', 'completeness', 'freshness', 'uniqueness', 'timeliness', 'volume'] as const
/** Kinds whose total is observed minutes instead of records: no sampling error, no `min_total`. */
export function isTimeSlice(kind: SliKind): boolean {
  return kind === 'freshness' || kind === 'lag'
}

/** Kinds of which a record that breaks its contract is evidence. Of the others no bad record is kept. */
export function isShownByRecords(kind: SliKind): boolean {
  return kind === 'validity' || kind === 'completeness'
}

export type Severity = 'page' | 'ticket' | 'info'
/** Higher is worse. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = { info: 0, ticket: 1, page: 2 }
export type Tier = 'P0' | 'P1' | 'P2' | 'P3'
