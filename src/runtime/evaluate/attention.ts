import type { AlertChange } from '../../alert/decide.ts'
import type { IncidentBook } from '../../judge/incidents/book.ts'
import type { Incident } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Database } from '../../store/sql.ts'
import { traceIncident } from '../tracing/evaluation.ts'
import type { Tracing } from '../tracing/tracing.ts'
import type { Accounts } from './accounts.ts'
import { explainIncident, isDueForAnotherLook } from './explain-incident.ts'
import type { Gathered } from './gathered.ts'
import type { IncidentFacts } from './incident-facts.ts'
import type { JudgedMinute } from './minutes.ts'
import type { Telling } from './telling.ts'

export interface AttentionDeps {
  readonly db: Database
  readonly plan: Plan
  readonly accounts: Accounts
  readonly book: IncidentBook
  /** The incident about Assay itself, while it is open. */
  readonly aboutAssay: () => readonly Incident[]
  readonly telling: Telling
  readonly facts: IncidentFacts
  readonly tracing: Tracing
}

/** Looks at the incidents of judged minutes: their cause, and who is to be told what. */
export interface Attention {
  /** Adds to `gathered` the incidents that the minute changed and those that are due for another look. */
  readonly attend: (minute: JudgedMinute, gathered: Gathered) => Promise<void>
}

export function createAttention(deps: AttentionDeps): Attention {
  const { db, plan, accounts, book, telling, facts, tracing } = deps

  /** An incident with its cause, and what is to be said of it. */
  async function look(change: AlertChange, incident: Incident, at: Instant) {
    const explained = await explainIncident({ db, plan, accounts }, incident, at)
    const others = [...book.open().map((other) => other.incident), ...deps.aboutAssay()]
    const told = telling.tell(
      change,
      at,
      facts.alert(explained.incident, at, explained.example),
      others.flatMap((other) => (other.id === incident.id ? [] : [facts.alert(other, at, null)])),
    )
    book.amend(told.incident)
    return told
  }

  async function lookInSpan(change: AlertChange, incident: Incident, at: Instant, gathered: Gathered) {
    const seen = { change, incident, at, kinds: facts.kinds(incident) }
    const told = await traceIncident(tracing, seen, () => look(change, incident, at))
    gathered.incidents.set(told.incident.id, told.incident)
    gathered.notifications.push(...told.notifications)
    return told.incident
  }

  async function attend({ at, changes }: JudgedMinute, gathered: Gathered): Promise<void> {
    for (const { change, incident } of changes) {
      // One that joined and was raised in the same minute changed twice: the newest of it is in the book.
      const newest = book.open().find((open) => open.incident.id === incident.id)?.incident ?? incident
      gathered.changes.push({ change, incident: await lookInSpan(change, newest, at, gathered) })
    }
    for (const { incident } of book.open()) {
      if (!isDueForAnotherLook(incident, at) && !telling.isHeldBack(incident.id)) continue
      if (changes.some((changed) => changed.incident.id === incident.id)) continue
      await lookInSpan('reconsidered', incident, at, gathered)
    }
  }

  return { attend }
}
