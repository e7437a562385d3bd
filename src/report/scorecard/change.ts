import type { ChangeDocument, DomainDocument, ScorecardDocument, SloDocument } from './document.ts'

/** What a domain, or all of them, are worth in one month: what the next month's change is told against. */
interface Figures {
  readonly score: number | null
  readonly incidents: { readonly opened: number }
  readonly coverage: { readonly unobserved_minutes: number }
}

/** A card without its changes. */
export type Unchanged<Card> = Omit<Card, 'change' | 'domains'>

/** All of a month against the month before. */
export function changeOfAll(
  now: Unchanged<ScorecardDocument>,
  slos: readonly SloDocument[],
  before: ScorecardDocument,
): ChangeDocument {
  return change(
    now,
    slos,
    before,
    before.domains.flatMap((domain) => domain.slos),
    before,
  )
}

/** A domain against itself in the month before; null: it wasn't there. */
export function changeOfDomain(now: Omit<DomainDocument, 'change'>, before: ScorecardDocument): ChangeDocument | null {
  const own = before.domains.find(({ domain }) => domain === now.domain)
  return own === undefined ? null : change(now, now.slos, own, own.slos, before)
}

function change(
  now: Figures,
  slos: readonly SloDocument[],
  before: Figures,
  slosBefore: readonly SloDocument[],
  { month, state }: ScorecardDocument,
): ChangeDocument {
  const old = new Map(slosBefore.filter(inForce).map((slo) => [slo.slo, slo]))
  const next = new Map(slos.filter(inForce).map((slo) => [slo.slo, slo]))
  return {
    month,
    state,
    score: before.score,
    score_difference: now.score === null || before.score === null ? null : now.score - before.score,
    incidents_opened: before.incidents.opened,
    unobserved_minutes: before.coverage.unobserved_minutes,
    slos_added: [...next.keys()].filter((name) => !old.has(name)).length,
    slos_removed: [...old.keys()].filter((name) => !next.has(name)).length,
    objectives: [...next.values()].flatMap(({ slo, objective }) => {
      const was = old.get(slo)?.objective ?? objective
      return was === objective ? [] : [{ slo, from: was, to: objective }]
    }),
  }
}

function inForce({ in_force: holds }: SloDocument): boolean {
  return holds
}
