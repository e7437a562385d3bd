import type { SloDocument } from './document.ts'

/** SLOs as a reader wants them: broken ones first, the least kept before the others; then what couldn't be judged; then what was met. */
export function worstFirst(slos: readonly SloDocument[]): SloDocument[] {
  return [...slos].sort(
    (a, b) =>
      rank(a) - rank(b) || a.kept - b.kept || (b.budget_spent ?? 0) - (a.budget_spent ?? 0) || (a.slo < b.slo ? -1 : 1),
  )
}

/** What still learns says nothing against anybody. */
function rank({ outcome, reason }: SloDocument): number {
  if (outcome === 'violated') return 0
  if (reason === 'learning') return 3
  return outcome === 'met' ? 2 : 1
}

/** By trust, the least first; those without a score last. */
export function leastTrustedFirst<Domain extends { readonly score: number | null }>(
  domains: readonly Domain[],
): Domain[] {
  return [...domains].sort((a, b) => (a.score ?? 101) - (b.score ?? 101))
}
