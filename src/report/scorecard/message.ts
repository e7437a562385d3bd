import { oneLine } from '../../alert/bounds.ts'
import { localTime } from '../../alert/figures.ts'
import { dedupKey } from '../../alert/notification.ts'
import { type ScorecardMessage, type ScorecardNotification, scorecardKey } from '../../alert/scorecard/notification.ts'
import type { Instant } from '../../model/time.ts'
import type { DomainDocument, ScorecardDocument } from './document.ts'
import { leastTrustedFirst } from './order.ts'
import {
  costText,
  differenceText,
  leadSentence,
  medianText,
  openedText,
  promisesText,
  remarks,
  scoreText,
  seenText,
  stateText,
} from './words.ts'

const DOMAINS = 40
const LINE = 400

/** A scorecard for one receiver, written at `at`. */
export function scorecardNotification(
  card: ScorecardDocument,
  receiver: string,
  at: Instant,
  publicUrl: string | null,
): ScorecardNotification {
  const incident = scorecardKey(card.month)
  return {
    at,
    receiver,
    incident,
    action: 'scorecard',
    dedupKey: dedupKey(card.environment, incident),
    scorecard: messageOf(card, publicUrl),
  }
}

function messageOf(card: ScorecardDocument, publicUrl: string | null): ScorecardMessage {
  const domains = leastTrustedFirst(card.domains)
  return {
    environment: card.environment,
    month: card.month,
    title: oneLine(leadSentence(card), LINE),
    state: stateText(card, (instant) => localTime(instant, card.timezone)),
    frozen: card.state === 'frozen',
    score: card.score,
    scoreBefore: card.change?.score ?? null,
    domains: domains.slice(0, DOMAINS).map((domain) => ({
      name: domain.domain,
      owner: domain.owner,
      score: domain.score,
      scoreBefore: domain.change?.score ?? null,
      text: oneLine(domainText(domain), LINE),
    })),
    more: Math.max(0, domains.length - DOMAINS),
    remarks: [...card.costliest.map(costText), ...remarks(card)].map((remark) => oneLine(remark, LINE)),
    link: publicUrl === null ? null : `${publicUrl.replace(/\/+$/, '')}/scorecards/${card.month}`,
  }
}

/** `87 (+3), SLOs 4 of 5 met, incidents 3 (median 23 min), events seen 11 of 12` */
function domainText({ score, change, promises, incidents, coverage }: DomainDocument): string {
  const difference = change === null || change.score_difference === null ? '' : ` (${differenceText(change)})`
  const median = incidents.resolved === 0 ? '' : `, half resolved within ${medianText(incidents)}`
  return `${scoreText(score)}${difference}, SLOs ${promisesText(promises)}, incidents ${openedText(incidents)}${median}, events seen ${seenText(coverage)}`
}
