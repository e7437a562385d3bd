import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/project.ts'
import type { Incident } from '../../src/model/incident.ts'
import { DAY, HOUR, type Instant, iso, MINUTE } from '../../src/model/time.ts'
import type { Verdict } from '../../src/model/verdict.ts'
import type { NoState } from '../../src/runtime/volume/volume-state.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { commitOf, countsOf, facetOf, seriesOf, stepOf } from '../support/commits.ts'
import { evaluatorOf } from '../support/evaluator.ts'
import { seeded } from '../support/random.ts'
import { testProject } from '../cli/project.ts'

const START = Date.UTC(2026, 0, 5)
const HOURS = 19 * 24
const ORDERS = seriesOf('Order Completed')
/** iOS sends nothing for twelve hours, later nobody sends anything for six. */
const GONE = { from: 15 * 24 + 9, until: 15 * 24 + 21 }
const SILENT = { from: 17 * 24 + 10, until: 17 * 24 + 16 }
const within = (hour: number, { from, until }: { from: number; until: number }) => hour >= from && hour < until
const at = (hour: number): Instant => START + hour * HOUR

const project = testProject({
  'rules/assay.yaml': 'version: 1\nvolume: { false_alarms_per_week: 0.5 }\nsources:\n  - { id: web, type: http }\n',
  'rules/domains/checkout/domain.yaml':
    'domain: checkout\nowner: { team: payments }\ntier: P0\ndefaults: { slos: { volume: 99 } }\n',
  'rules/domains/checkout/slos.yaml': 'slos: []\n',
})
let verdicts: readonly Verdict[] = []
let incidents: readonly Incident[] = []
/** Why the detector didn't go on from a stored state. */
const rebuilds: NoState[] = []
const onVolumeRebuild = (why: NoState) => rebuilds.push(why)

/** Judges the hours from one to another as they come in, by an evaluator of its own: as after a restart. */
async function live(hours: readonly number[]): Promise<void> {
  const { plan } = readConfiguration('rules/assay.yaml', { cwd: project.path, env: {} })
  if (plan === null) throw new Error('the project of the test has problems')
  const db = await openStore({ type: 'sqlite', path: join(project.path, '.assay/assay.db') })
  const writer = await takeWriter(db)
  const evaluator = await evaluatorOf({ db, plan }, { onVolumeRebuild })
  for (const [index, hour] of hours.entries()) {
    const random = seeded(hour)
    const mean = within(hour, SILENT) ? 0 : 1_000 + 400 * Math.sin((2 * Math.PI * hour) / 24)
    const count = (share: number) => Math.max(0, Math.round(mean * share + (mean > 0 ? 20 * (random.next() - 0.5) : 0)))
    const parts = { web: count(0.6), ios: within(hour, GONE) ? 0 : count(0.4) }
    const minute = at(hour)
    const facets = Object.entries(parts).flatMap(([platform, received]) =>
      received === 0 ? [] : [{ series: ORDERS, facet: facetOf(platform), minute, counts: countsOf(received) }],
    )
    const received = parts.web + parts.ios
    const counts = countsOf(received, { lastArrival: minute })
    const windows = received === 0 ? [] : [{ series: ORDERS, minute, counts }]
    const step = stepOf(hour === 0 ? null : `h${hour}`, `h${hour + 1}`, {
      observedUntil: at(hour + 1),
      listeningSince: index === 0 ? at(hour) : null,
    })
    await commitIngest(db, writer, commitOf({ steps: [step], delta: { windows, facets, findings: [] } }))
    if (hour % 12 !== 11 && index < hours.length - 1) continue
    const { lines, changes } = await evaluator.evaluate()
    verdicts = [...verdicts, ...lines.map(({ verdict }) => verdict)]
    incidents = [...incidents, ...changes.map(({ incident }) => incident)]
  }
  await writer.release()
  await db.close()
}

beforeAll(async () => {
  const all = Array.from({ length: HOURS }, (_, hour) => hour)
  // A restart in the middle of an alarm.
  const middle = GONE.from + 5
  await live(all.slice(0, middle))
  await live(all.slice(middle))
}, 60_000)
afterAll(() => project.remove())

const verdictAt = (hour: number) => verdicts.find((verdict) => verdict.at === at(hour))

describe('volume', () => {
  it('is learnt for a week, then its hours count', () => {
    expect(verdictAt(24 * 6)).toMatchObject({ outcome: 'not_evaluated', reason: 'learning', total: 0 })
    expect(verdictAt(24 * 10)).toMatchObject({ kind: 'volume', outcome: 'met', ratio: 1, firing: null })
    const { total = 0 } = verdictAt(24 * 10) ?? {}
    expect(Math.abs(total - 24 * 3)).toBeLessThanOrEqual(1)
  })

  it('pages for one platform that is gone, and says which, over a restart', () => {
    const [opened] = incidents.filter(
      ({ openedAt, resolvedAt }) => openedAt === at(GONE.from + 1) && resolvedAt === null,
    )
    expect(opened).toMatchObject({
      event: 'Order Completed',
      severity: 'page',
      slos: ['order-completed-volume'],
      startedAt: at(GONE.from),
      cause: { dimension: 'platform', value: 'ios' },
    })
    expect(opened?.explanation[0]).toMatch(/^ios’s share: 0 % \((39|40|41)[\d.]* % expected, /)
    const resolved = incidents.find(({ id, resolvedAt }) => id === opened?.id && resolvedAt !== null)
    expect(resolved?.resolution).toBe('recovered')
    expect(resolved?.resolvedAt).toBeGreaterThan(at(GONE.until))
    expect(resolved?.resolvedAt).toBeLessThanOrEqual(at(GONE.until + 6))
  })

  it('pages within the hour for silence, spends budget hour by hour, and recovers', () => {
    const opened = incidents.filter(({ openedAt }) => openedAt === at(SILENT.from + 1))
    expect(opened.at(0)?.explanation[0]).toMatch(/^nothing came where [\d,]+ were expected, since /)
    expect(opened.at(-1)?.resolvedAt).toBeLessThanOrEqual(at(SILENT.until + 6))
    const before = verdictAt(SILENT.from)
    const after = verdictAt(SILENT.until)
    expect((after?.total ?? 0) - (after?.good ?? 0) - ((before?.total ?? 0) - (before?.good ?? 0))).toBe(6)
    expect(after).toMatchObject({ firing: 'page', outcome: 'violated' })
    expect(verdictAt(HOURS)).toMatchObject({ firing: null })
  })

  it('goes on after the restart from the state that was stored', () => {
    expect(rebuilds).toEqual(['none_stored'])
  })

  it('alarms at nothing else', () => {
    const opened = new Set(incidents.map(({ openedAt }) => iso(openedAt)))
    expect([...opened].sort()).toEqual([iso(at(GONE.from + 1)), iso(at(SILENT.from + 1))])
    expect(incidents.every(({ openedAt }) => openedAt > START + 7 * DAY && openedAt % MINUTE === 0)).toBe(true)
  })
})
