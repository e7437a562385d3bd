import type { RoutesConfig } from '../../alert/config.ts'
import { scorecardKey } from '../../alert/scorecard/notification.ts'
import { Failure } from '../../model/failure.ts'
import { DAY, type Duration, HOUR, type Instant, SECOND } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { scorecardNotification } from '../../report/scorecard/message.ts'
import { freezesAt, type Month, monthAt, monthBefore } from '../../report/scorecard/month.ts'
import { appendOutbox, isInOutbox } from '../../store/outbox.ts'
import { sourceProgress } from '../../store/positions.ts'
import { readScorecard } from '../../store/scorecards.ts'
import type { Database, Sql } from '../../store/sql.ts'
import { runningSources } from '../evaluate/running.ts'
import { watermarkOf } from '../evaluate/watermark.ts'
import { createHeldClock } from '../held-clock.ts'
import { every } from '../repeat.ts'
import { lastFiring } from './firing.ts'
import { freezeMonth } from './freeze.ts'
import { readOrMakeScorecard } from './scorecard.ts'

export interface MonthlyDeps {
  readonly db: Database
  readonly plan: () => Plan
  readonly routes: () => RoutesConfig
  readonly publicUrl: string | null
  readonly leads: () => boolean
  readonly assertLeads: (sql: Sql) => Promise<void>
  readonly now: () => Instant
  readonly log: Readonly<Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>>
  /** Something was put into the outbox. */
  readonly onPosted: () => void
}

/** What is to be done once a month: freezing what is over, and telling of it. */
export interface Monthly {
  /** Does what is due. Never throws: what fails is tried again at the next look. */
  readonly look: () => Promise<void>
}

/** How soon after its hour a scorecard is frozen or posted. */
const LOOK_EVERY: Duration = 10 * SECOND
/** A post that nobody was there to make at its time is made up for within this time. */
const MAKE_UP: Duration = 7 * DAY
/** How long a source that hasn't reached the month's end is waited for, from when the lead was taken or the time came. */
const PATIENCE: Duration = DAY
/** Months that are looked back at: as far as hours are kept. */
const MONTHS_BACK = 3

/** Looks again and again until the signal aborts. */
export async function keepMonths(deps: MonthlyDeps, signal: AbortSignal): Promise<void> {
  // What is frozen stays so, also where it was a wrong clock that ended the month.
  const now = createHeldClock({ now: deps.now, hold: HOUR })
  await every(LOOK_EVERY, signal, createMonthly({ ...deps, now }).look)
}

export function createMonthly(deps: MonthlyDeps): Monthly {
  const { db, now, log } = deps
  /** When this process took the lead; null: it doesn't have it. */
  let leadsSince: Instant | null = null
  /** What needn't be asked of the store again: frozen months, and posts by month and receiver. */
  const done = new Set<string>()

  async function look(): Promise<void> {
    if (!deps.leads()) {
      leadsSince = null
      return
    }
    leadsSince ??= now()
    await attempt('freezing a scorecard', freezeDue)
    await attempt('posting a scorecard', postDue)
  }

  async function attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof Failure) log.warn({ code: error.code }, `${what} is put off: ${error.message}`)
      else log.error({ error: String(error) }, `${what} failed; it is tried again`)
    }
  }

  /** The oldest first: the next one's change is told against it. */
  async function freezeDue(): Promise<void> {
    const plan = deps.plan()
    const months: Month[] = []
    for (
      let month = monthBefore(monthAt(now(), plan.timezone));
      months.length < MONTHS_BACK;
      month = monthBefore(month)
    ) {
      months.unshift(month)
    }
    for (const month of months) {
      if (now() < freezesAt(month) || done.has(month.name)) continue
      if ((await readScorecard(db, month.name)) === null) {
        if (!(await isComplete(month, freezesAt(month)))) return
        const card = await freezeMonth(db, plan, month, now(), deps.assertLeads)
        const fields = { month: month.name, score: card?.document.score, plan: plan.hash }
        if (card !== null) log.info(fields, 'a scorecard was frozen')
      }
      done.add(month.name)
    }
  }

  async function postDue(): Promise<void> {
    const { scorecard } = deps.routes()
    if (scorecard === undefined) return
    const plan = deps.plan()
    const firing = await lastFiring(scorecard.schedule.cron, plan.timezone, now(), MAKE_UP)
    if (firing === null) return
    const month = monthBefore(monthAt(firing, plan.timezone))
    const waiting = [scorecard.to].flat().filter((receiver) => !done.has(`${month.name} ${receiver}`))
    if (waiting.length === 0 || !(await isComplete(month, firing))) return
    const card = await readOrMakeScorecard(db, plan, month, now())
    if (card === null) return
    const posted = await db.transaction(async (sql) => {
      await deps.assertLeads(sql)
      const written: string[] = []
      for (const receiver of waiting) {
        if (await isInOutbox(sql, receiver, scorecardKey(month.name))) continue
        const notification = scorecardNotification(card.document, receiver, now(), deps.publicUrl)
        const { at, incident, action } = notification
        await appendOutbox(sql, [{ at, incident, receiver, action, document: notification }])
        written.push(receiver)
      }
      return written
    })
    for (const receiver of waiting) done.add(`${month.name} ${receiver}`)
    if (posted.length === 0) return
    log.info({ month: month.name, receivers: posted }, 'a scorecard was posted')
    deps.onPosted()
  }

  /** Whether every source has been read past the month's end, or has been waited for long enough since `due`. */
  async function isComplete(month: Month, due: Instant): Promise<boolean> {
    if (now() >= Math.max(due, leadsSince ?? now()) + PATIENCE) return true
    const running = runningSources(deps.plan())
    return (await sourceProgress(db)).every(({ source, partitions }) => {
      const type = running.get(source)
      if (type === undefined) return true
      const watermark = watermarkOf(partitions, type)
      return watermark !== null && (watermark.complete || watermark.at >= month.to)
    })
  }

  return { look }
}
