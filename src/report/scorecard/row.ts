import type { DomainDocument, ScorecardDocument } from './document.ts'
import {
  differenceText,
  inADayText,
  medianText,
  openedText,
  promisesText,
  scoreText,
  seenText,
  unobservedText,
  worstBudgetText,
} from './words.ts'

/** What is said of a domain, or of all of them, whatever it is written in. */
export interface ScorecardRow {
  /** Empty of all domains. */
  readonly owner: string
  readonly trust: string
  readonly change: string
  readonly promises: string
  /** Of the SLO that spent most; empty of all domains. */
  readonly budget: string
  readonly opened: string
  readonly resolved: string
  readonly regressions: string
  readonly median: string
  readonly inADay: string
  readonly seen: string
  readonly withoutOwner: string
  readonly unobserved: string
}

export function scorecardRow(card: DomainDocument | ScorecardDocument): ScorecardRow {
  const { incidents, coverage, without_owner: ownerless } = card
  return {
    owner: 'owner' in card ? (card.owner ?? 'nobody') : '',
    trust: scoreText(card.score),
    change: differenceText(card.change),
    promises: promisesText(card.promises),
    budget: 'budget' in card ? worstBudgetText(card) : '',
    opened: openedText(incidents),
    resolved: String(incidents.resolved),
    regressions: String(incidents.regressions),
    median: medianText(incidents),
    inADay: inADayText(incidents),
    seen: seenText(coverage),
    withoutOwner: String(typeof ownerless === 'number' ? ownerless : ownerless.length),
    unobserved: unobservedText(coverage),
  }
}
