import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scorecard, type ScorecardOptions } from '../../src/cli/scorecard.ts'
import { MINUTE } from '../../src/model/time.ts'
import type { ScorecardDocument } from '../../src/report/scorecard/document.ts'
import { readConfiguration } from '../../src/cli/project.ts'
import { readMonth } from '../../src/report/scorecard/month.ts'
import { freezeMonth } from '../../src/runtime/scorecard/freeze.ts'
import { openStore } from '../../src/store/open.ts'
import type { Ran } from '../support/run-command.ts'
import { type TestProject, testProject } from './project.ts'

const START = Date.UTC(2026, 9, 30, 22)
/** Long after October 2026 is frozen. */
const LATER = Date.UTC(2026, 10, 10)
/** An hour of ten records a minute; three minutes in it hold one bad record. */
const HOUR_OF_RECORDS = Array.from({ length: 60 }, (_, minute) => ({
  received: 10,
  invalid: minute % 20 === 5 ? 1 : 0,
  lastArrival: START + minute * MINUTE + 30_000,
}))

describe('assay scorecard', () => {
  let project: TestProject
  const asked = (change: Partial<ScorecardOptions> = {}, now = LATER): Promise<Ran> =>
    project.run(
      (io) =>
        scorecard({ config: 'rules/assay.yaml', month: '2026-10', format: 'json', rebuild: false, ...change }, io),
      { now: () => now },
    )
  const document = async (change: Partial<ScorecardOptions> = {}, now = LATER): Promise<ScorecardDocument> => {
    const { out, err } = await asked(change, now)
    expect(err).toBe('')
    return JSON.parse(out) as ScorecardDocument
  }
  const storeFile = (): string => join(project.path, '.assay/assay.db')

  beforeEach(async () => {
    project = testProject()
    await project.fill(START, HOUR_OF_RECORDS)
  })
  afterEach(() => project.remove())

  it('says what was promised and kept', async () => {
    const card = await document()
    expect(card).toMatchObject({ schema_version: 1, month: '2026-10', state: 'frozen', timezone: 'UTC' })
    const [checkout] = card.domains
    expect(checkout).toMatchObject({ domain: 'checkout', owner: 'payments', tier: 'P0' })
    expect(checkout?.slos.find(({ kind }) => kind === 'validity')).toMatchObject({
      good: 597,
      total: 600,
      ratio: 0.995,
      lower: 0.995,
      upper: 0.995,
      objective: 0.99,
      outcome: 'met',
      budget_spent: 0.5,
      budget_remaining: 0.5,
    })
    expect(checkout?.coverage).toMatchObject({ events_planned: 1, events_seen: 1 })
  })

  it('is preliminary until 72 hours after the month', async () => {
    expect((await document({}, Date.UTC(2026, 10, 3, 23, 59))).state).toBe('preliminary')
    expect((await document({}, Date.UTC(2026, 10, 4))).state).toBe('frozen')
  })

  it('serves what was frozen byte for byte after the plan has changed, and works it out anew on demand', async () => {
    const { out } = await asked()
    const { plan } = readConfiguration('rules/assay.yaml', { cwd: project.path, env: {} })
    const month = readMonth('2026-10', 'UTC')
    if (plan === null || month === null) throw new Error('no plan')
    const db = await openStore({ type: 'sqlite', path: storeFile() })
    expect((await freezeMonth(db, plan, month, LATER, async () => undefined))?.text).toBe(out.trimEnd())
    expect(await freezeMonth(db, plan, month, LATER, async () => undefined)).toBeNull()
    await db.close()
    expect((await asked()).out).toBe(out)
    expect((await asked({ rebuild: true })).out).toBe(out)
    project.write('rules/domains/checkout/slos.yaml', 'slos: []\n')
    expect((await asked()).out).toBe(out)
    const anew = JSON.parse((await asked({ rebuild: true })).out) as ScorecardDocument
    expect(anew.plan).not.toBe(plan.hash)
    // Both were judged in October: taking them out now changes nothing about October's score.
    expect(anew.score).toBe((JSON.parse(out) as ScorecardDocument).score)
    expect(anew.domains[0]?.slos.map(({ in_force }) => in_force)).toEqual([false, false])
  })

  it('prints Markdown, writes HTML that stands alone', async () => {
    const { out } = await asked({ format: 'md' })
    expect(out).toMatch(/^## October 2026: trust \d+ of 100; no SLO was broken\./)
    expect(out).toContain('| checkout')
    expect(out).toContain('How the trust score is worked out')
    await asked({ format: 'html', out: 'card.html' })
    const page = readFileSync(join(project.path, 'card.html'), 'utf8')
    expect(page).toContain('<style>')
    expect(page).not.toMatch(/<script|href="\/assets/)
  })

  it('takes the month before this one where none is named', async () => {
    const { out } = await project.run(
      (io) => scorecard({ config: 'rules/assay.yaml', format: 'json', rebuild: false }, io),
      {
        now: () => LATER,
      },
    )
    expect((JSON.parse(out) as ScorecardDocument).month).toBe('2026-10')
  })

  const refused: Record<string, { change: Partial<ScorecardOptions>; says: string }> = {
    'what is no month': { change: { month: '2026-13' }, says: '--month 2026-13 is not a month such as 2026-10' },
    'a month before all data': { change: { month: '2026-09' }, says: 'nothing is known of 2026-09' },
    'a month that has not begun': { change: { month: '2026-12' }, says: 'nothing is known of 2026-12' },
    'a domain that is not there': {
      change: { domain: 'chekout' },
      says: 'there is no domain "chekout" in 2026-10: there are checkout',
    },
  }
  it.each(Object.entries(refused))('refuses %s', async (_name, { change, says }) => {
    const { code, out, err } = await asked({ ...change, out: 'never.json' })
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(says)
    expect(existsSync(join(project.path, 'never.json'))).toBe(false)
  })

  it('leaves one domain in it on demand', async () => {
    expect((await document({ domain: 'checkout' })).domains.map(({ domain }) => domain)).toEqual(['checkout'])
  })
})
