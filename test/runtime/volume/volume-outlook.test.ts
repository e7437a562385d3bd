import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { status } from '../../../src/cli/status.ts'
import { readConfiguration } from '../../../src/cli/project.ts'
import { HOUR, type Instant } from '../../../src/model/time.ts'
import { createVolumeOutlook } from '../../../src/runtime/volume/volume-outlook.ts'
import { createVolumeWatch } from '../../../src/runtime/volume/volume-watch.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database } from '../../../src/store/sql.ts'
import { readVolumeStreams, writeVolumeStreams } from '../../../src/store/volume-streams.ts'
import { eventAnswer } from '../../../src/serve/api/event.ts'
import { eventPage } from '../../../src/serve/pages/event/page.ts'
import type { ServeDeps } from '../../../src/serve/deps.ts'
import { type TestProject, testProject } from '../../cli/project.ts'
import { commitOf, countsOf, facetOf, seriesOf, stepOf } from '../../support/commits.ts'
import { seeded } from '../../support/random.ts'

const START = Date.UTC(2026, 0, 5)
const HOURS = 9 * 24
const at = (hour: number): Instant => START + hour * HOUR
const STREAM = { event: 'Order Completed', source: null }

let project: TestProject
let db: Database
const led = async () => undefined

beforeAll(async () => {
  project = testProject({
    'rules/domains/checkout/slos.yaml':
      'slos:\n  - { name: orders, sli: { kind: volume, event: Order Completed }, objective: 99, window: 30d }\n',
  })
  db = await openStore({ type: 'sqlite', path: join(project.path, '.assay/assay.db') })
  const writer = await takeWriter(db)
  const random = seeded(8)
  const series = seriesOf('Order Completed')
  const count = (mean: number) => Math.round(mean * (0.97 + 0.06 * random.next()))
  const facets = Array.from({ length: HOURS }, (_, hour) =>
    ['ios', 'web'].map((platform) => ({
      series,
      facet: facetOf(platform, '4.2.1'),
      minute: at(hour),
      counts: countsOf(count(200)),
    })),
  )
  const windows = facets.map((parts, hour) => {
    const received = parts.reduce((sum, { counts }) => sum + counts.received, 0)
    return { series, minute: at(hour), counts: countsOf(received) }
  })
  const step = stepOf(null, '1', { observedUntil: at(HOURS), listeningSince: START })
  await commitIngest(db, writer, commitOf({ steps: [step], delta: { windows, facets: facets.flat(), findings: [] } }))
  await writer.release()
})
afterAll(async () => {
  await db.close()
  project.remove()
})

describe('what is watched of volume, and was expected', () => {
  it('is written once an hour, goes on after a restart, and drops what is no longer watched', async () => {
    const { plan } = readConfiguration('rules/assay.yaml', { cwd: project.path, env: {} })
    if (plan === null) throw new Error('the project of the test has problems')
    const gone = {
      event: 'Gone',
      source: null,
      series: ['Gone'],
      unwatched: { platforms: 0, families: 0, properties: 0 },
      falseAlarmsPerWeek: 1,
      hours: [],
    }
    await writeVolumeStreams(db, [['Gone', gone]], START)
    const watch = createVolumeWatch(db, plan)
    const outlook = createVolumeOutlook(db, plan, watch, led)
    const advance = (until: Instant) => watch.advance([{ stream: STREAM, until, sourcesAt: () => ['web'] }])
    await outlook.keep()
    expect(await readVolumeStreams(db)).toHaveLength(1)
    await advance(at(HOURS - 10))
    await outlook.keep()
    const [first, ...others] = await readVolumeStreams(db)
    expect(others).toEqual([])
    expect(first).toMatchObject({ event: 'Order Completed', source: null, falseAlarmsPerWeek: 1 })
    expect(first?.series).toEqual(
      expect.arrayContaining(['Order Completed', 'Order Completed · on · ios', 'Order Completed · without · order_id']),
    )
    expect(first?.hours.map(({ start }) => start)).toEqual(
      Array.from({ length: 48 }, (_, hour) => at(HOURS - 58 + hour)),
    )
    const again = createVolumeWatch(db, plan, structuredClone(watch.save()))
    const later = createVolumeOutlook(db, plan, again, led)
    await again.advance([{ stream: STREAM, until: at(HOURS), sourcesAt: () => ['web'] }])
    await later.keep()
    const [after] = await readVolumeStreams(db, 'Order Completed')
    expect(after?.hours.map(({ start }) => start)).toEqual(
      Array.from({ length: 48 }, (_, hour) => at(HOURS - 48 + hour)),
    )
    expect(after?.hours.slice(0, 38)).toEqual(first?.hours.slice(10))
    const { observed = 0, band } = after?.hours.at(-1) ?? {}
    expect(band?.lower).toBeLessThan(observed)
    expect(band?.upper).toBeGreaterThan(observed)
  })

  it('is refused to one that no longer leads', async () => {
    const { plan } = readConfiguration('rules/assay.yaml', { cwd: project.path, env: {} })
    if (plan === null) throw new Error('the project of the test has problems')
    const watch = createVolumeWatch(db, plan)
    await watch.advance([{ stream: STREAM, until: at(HOURS), sourcesAt: () => ['web'] }])
    const before = await readVolumeStreams(db)
    const outlook = createVolumeOutlook(db, plan, watch, () => Promise.reject(new Error('superseded')))
    await expect(outlook.keep()).rejects.toThrow('superseded')
    expect(await readVolumeStreams(db)).toEqual(before)
  })

  it('is said by status, with the split of the budget', async () => {
    const run = (json: boolean) =>
      project.run((io) => status({ name: null, json, config: 'rules/assay.yaml' }, io), { now: () => at(HOURS) })
    const { out } = await run(false)
    expect(out).toMatch(/^Volume: 0 incidents in 7 days; the budget for false alarms is 1 a week\.$/m)
    expect(out).toMatch(/^8 series of 1 stream are watched\.$/m)
    expect(out).toMatch(/^Order Completed +8 +1\.00 +\d+ +\d+ \(\d+ to \d+\)$/m)
    const { volume } = JSON.parse((await run(true)).out)
    expect(volume).toMatchObject({
      false_alarms_per_week: 1,
      series: 8,
      streams: [
        {
          subject: 'Order Completed',
          false_alarms_per_week: 1,
          unwatched: { families: 0 },
          last_hour: { at: '2026-01-13T23:00:00.000Z' },
        },
      ],
    })
  })

  it('is drawn on the event’s page, and answered by the API', async () => {
    const { plan } = readConfiguration('rules/assay.yaml', { cwd: project.path, env: {} })
    if (plan === null) throw new Error('the project of the test has problems')
    const deps = {
      db,
      plan: () => plan,
      now: () => at(HOURS),
      status: () => ({ rulesFolder: 'rules' }),
    } as unknown as ServeDeps
    const page = await eventPage(deps, 'Order Completed')
    expect(page).toMatch(/<path class="band" d="M[\d. L-]+Z"\/>/)
    expect(page).toMatch(/The last hour expected \d+; \d+ to \d+ are ordinary\./)
    expect(page).toContain('8 series watched')
    const answer = (await eventAnswer(deps, 'Order Completed', { from: START, to: at(HOURS) })) as {
      volume: { hours: unknown[] }[]
    }
    expect(answer.volume[0]?.hours).toHaveLength(48)
  })
})
