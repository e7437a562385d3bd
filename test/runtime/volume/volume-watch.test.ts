import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readConfiguration } from '../../../src/cli/project.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import type { WindowCounts } from '../../../src/model/window.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { createVolumeWatch, type DueStream } from '../../../src/runtime/volume/volume-watch.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter, type Writer } from '../../../src/store/leases.ts'
import { addVolumeAccept } from '../../../src/store/volume-accepts.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database, Sql } from '../../../src/store/sql.ts'
import { type TestProject, testProject } from '../../cli/project.ts'
import { commitOf, countsOf, seriesOf, stepOf } from '../../support/commits.ts'
import { seeded } from '../../support/random.ts'

const START = Date.UTC(2026, 0, 5)
const at = (hour: number): Instant => START + hour * HOUR
const contract = (event: string) => `event: ${event}\nversions:\n  - { version: 1, schema: { type: object } }\n`

let project: TestProject
let db: Database
let writer: Writer

function planOf(slos: string): Plan {
  project = testProject({
    'rules/assay.yaml':
      'version: 1\nsources:\n  - { id: web, type: http }\n  - { id: shop, type: file, paths: [shop.ndjson], format: { type: segment } }\n',
    'rules/domains/checkout/domain.yaml': 'domain: checkout\nowner: { team: payments }\ntier: P1\n',
    'rules/domains/checkout/events/not-shipped-yet.yaml': contract('Not Shipped Yet'),
    'rules/domains/checkout/slos.yaml': `slos:\n${slos}`,
  })
  const { plan, problems } = readConfiguration('rules/assay.yaml', { cwd: project.path, env: {} })
  if (plan === null) throw new Error(`the project of the test has problems: ${JSON.stringify(problems)}`)
  return plan
}

async function open(): Promise<void> {
  db = await openStore({ type: 'sqlite', path: join(project.path, '.assay/assay.db') })
  writer = await takeWriter(db)
}

/** Order Completed hour by hour from one source, observed whole. */
async function arrive(hours: readonly Partial<WindowCounts>[], source = 'web'): Promise<void> {
  const series = seriesOf('Order Completed', source)
  const windows = hours.flatMap((counts, hour) => {
    const { received = 0 } = counts
    return received === 0 ? [] : [{ series, minute: at(hour), counts: countsOf(received, counts) }]
  })
  const step = stepOf(null, '1', { observedUntil: at(hours.length), listeningSince: START })
  await commitIngest(db, writer, commitOf({ source, steps: [step], delta: { windows, facets: [], findings: [] } }))
}

const hours = (count: number, countsIn: (hour: number) => Partial<WindowCounts>) =>
  Array.from({ length: count }, (_, hour) => countsIn(hour))

function due(event: string, until: Instant, source: string | null = null): DueStream {
  return { stream: { event, source }, until, sourcesAt: () => [source ?? 'web'] }
}

const SLO = (name: string, event: string, more = '') =>
  `  - { name: ${name}, sli: { kind: volume, event: ${event}${more} }, objective: 99, window: 30d }\n`

afterEach(async () => {
  await writer.release()
  await db.close()
  project.remove()
})

describe('the volume watch', () => {
  it('looks at each hour once, also of an event that never arrived', async () => {
    const plan = planOf(SLO('orders', 'Order Completed') + SLO('later', 'Not Shipped Yet'))
    await open()
    await arrive(hours(72, () => ({ received: 100 })))
    const asked: Instant[] = []
    const counted: Sql = {
      engine: db.engine,
      run: (text, values) => db.run(text, values),
      all: (text, values) => {
        if (text.includes('window_hour')) asked.push(Number(values?.[0] ?? Number.NEGATIVE_INFINITY))
        return db.all(text, values)
      },
    }
    const watch = createVolumeWatch(counted, plan)
    const both = (until: Instant) => [due('Order Completed', until), due('Not Shipped Yet', until)]
    await watch.advance(both(at(48)))
    expect(asked.length).toBeGreaterThan(0)
    asked.length = 0
    for (let minute = 1; minute < 60; minute++) await watch.advance(both(at(48) + minute * MINUTE))
    expect(asked).toEqual([])
    await watch.advance(both(at(49)))
    expect(asked).toEqual([at(48)])
    expect(watch.reading({ event: 'Order Completed', source: null }, at(49))?.end).toBe(at(49))
    expect(watch.reading({ event: 'Not Shipped Yet', source: null }, at(49))).toBeNull()
  })

  it('lets others go on between the hours of a long history', async () => {
    const plan = planOf(SLO('orders', 'Order Completed'))
    await open()
    await arrive(hours(72, () => ({ received: 100 })))
    let turns = 0
    let counting = true
    const count = (): void => {
      turns += 1
      if (counting) setImmediate(count)
    }
    setImmediate(count)
    await createVolumeWatch(db, plan).advance([due('Order Completed', at(72))])
    counting = false
    expect(turns).toBeGreaterThanOrEqual(71)
  })

  it('judges an SLO that names its source by that source’s records alone', async () => {
    const plan = planOf(
      SLO('web-orders', 'Order Completed', ', source: web') +
        SLO('shop-orders', 'Order Completed', ', source: shop') +
        SLO('orders', 'Order Completed'),
    )
    await open()
    const random = seeded(1)
    const noisy = (mean: number) => Math.round(mean * (0.97 + 0.06 * random.next()))
    const gone = 15 * 24 + 9
    await arrive(hours(gone + 4, () => ({ received: noisy(900) })))
    // A tenth of all is gone.
    await arrive(
      hours(gone + 4, (hour) => ({ received: hour < gone ? noisy(100) : 0 })),
      'shop',
    )
    const watch = createVolumeWatch(db, plan)
    const until = at(gone + 4)
    await watch.advance([
      due('Order Completed', until, 'web'),
      due('Order Completed', until, 'shop'),
      due('Order Completed', until),
    ])
    const alarmsOf = (source: string | null) =>
      watch.reading({ event: 'Order Completed', source }, until)?.alarms.map(({ alarm }) => alarm)
    expect(alarmsOf('shop')).toMatchObject([{ kind: 'outage', direction: 'down', observed: 0 }])
    expect(alarmsOf('shop')?.[0]?.expected).toBeGreaterThan(80)
    expect(alarmsOf('shop')?.[0]?.expected).toBeLessThan(120)
    expect(alarmsOf('web')).toEqual([])
    const band = (source: string | null) => watch.bandOf({ event: 'Order Completed', source })?.expected ?? 0
    expect(band('web')).toBeGreaterThan(850)
    expect(band('web')).toBeLessThan(950)
    expect(band(null)).toBeGreaterThan(band('web'))
  })

  it('asks of each hour only the sources that carried the event by then', async () => {
    const plan = planOf(SLO('orders', 'Order Completed'))
    await open()
    const joined = 10 * 24
    await arrive(hours(12 * 24, () => ({ received: 100 })))
    const step = stepOf(null, '1', { observedUntil: at(12 * 24), listeningSince: at(joined) })
    await commitIngest(db, writer, commitOf({ source: 'joined', steps: [step] }))
    const stream = { event: 'Order Completed', source: null }
    const sourcesAt = (end: Instant) => (end > at(joined) ? ['web', 'joined'] : ['web'])
    const watch = createVolumeWatch(db, plan)
    await watch.advance([{ stream, until: at(12 * 24), sourcesAt }])
    expect(watch.reading(stream, at(9 * 24))).toMatchObject({ counts: true })
    expect(watch.reading(stream, at(12 * 24))).toMatchObject({ counts: true })
    const unaware = createVolumeWatch(db, plan)
    await unaware.advance([{ stream, until: at(12 * 24), sourcesAt: () => ['web', 'joined'] }])
    expect(unaware.reading(stream, at(9 * 24))).toMatchObject({ counts: false })
  })

  it('has no alarm of days in which nobody listened', async () => {
    const plan = planOf(SLO('orders', 'Order Completed'))
    await open()
    const [down, up] = [10 * 24 + 5, 13 * 24 + 7]
    await arrive(hours(down, () => ({ received: 100 })))
    const series = seriesOf('Order Completed')
    const windows = hours(72, () => ({})).map((_, hour) => ({
      series,
      minute: at(up + hour),
      counts: countsOf(100),
    }))
    const step = stepOf('1', '2', { observedUntil: at(up + 72), listeningSince: at(up) })
    await commitIngest(db, writer, commitOf({ steps: [step], delta: { windows, facets: [], findings: [] } }))
    const once = createVolumeWatch(db, plan)
    await once.advance([due('Order Completed', at(up + 72))])
    const hourly = createVolumeWatch(db, plan)
    const stream = { event: 'Order Completed', source: null }
    for (let hour = 0; hour <= up + 72; hour++) await hourly.advance([due('Order Completed', at(hour))])
    for (let hour = down; hour <= up + 72; hour++) {
      const reading = once.reading(stream, at(hour))
      expect(reading?.alarms).toEqual([])
      expect(reading?.counts).toBe(hour <= down || hour > up)
      expect(hourly.reading(stream, at(hour))).toEqual(reading)
    }
  })

  it('looks into the hour after one that nobody observed, and takes what was accepted in that', async () => {
    const plan = planOf(SLO('orders', 'Order Completed'))
    await open()
    const series = seriesOf('Order Completed')
    const random = seeded(4)
    const [tripled, down, up] = [10 * 24 + 3, 10 * 24 + 8, 10 * 24 + 9]
    const silent = up + 1 / 3
    /** Every five minutes. */
    const course = (from: number, until: number) =>
      Array.from({ length: Math.round((until - from) * 12) }, (_, part) => {
        const hour = from + part / 12
        const received = hour >= silent ? 0 : Math.round((hour >= tripled ? 300 : 100) * (0.95 + 0.1 * random.next()))
        return { series, minute: at(from) + part * 5 * MINUTE, counts: countsOf(received) }
      }).filter(({ counts }) => counts.received > 0)
    const seen = async (from: string | null, to: string, since: number, until: number) => {
      const step = stepOf(from, to, { observedUntil: at(until), listeningSince: at(since) })
      const windows = course(since, until)
      await commitIngest(db, writer, commitOf({ steps: [step], delta: { windows, facets: [], findings: [] } }))
    }
    await seen(null, '1', 0, down + 1 / 6)
    await addVolumeAccept(db, { at: at(down) + 5 * MINUTE, subject: 'Order Completed', series: null, note: null })
    await seen('1', '2', down + 5 / 6, up + 1)
    const watch = createVolumeWatch(db, plan)
    const stream = { event: 'Order Completed', source: null }
    const kinds: Record<string, readonly string[] | undefined> = {}
    for (let until = at(9 * 24); until < at(up + 1); until += 5 * MINUTE) {
      await watch.advance([due('Order Completed', until)])
      kinds[(until - at(up)) / MINUTE] = watch.reading(stream, until)?.alarms.map(({ alarm }) => alarm.kind)
    }
    // The triple level is told, then accepted: with the hour in which that was said.
    expect(kinds[-60]).toEqual(['volume'])
    expect(kinds[0]).toEqual([])
    expect(kinds[20]).toEqual([])
    expect(kinds[35]).toEqual(['outage'])
  })

  it('has no share alarm of a backfill, also of one that came twice', async () => {
    const plan = planOf(SLO('orders', 'Order Completed'))
    await open()
    const random = seeded(2)
    const few = () => (random.next() < 0.5 ? 1 : 0)
    const ordinary = () => ({
      received: 1_000,
      identified: 1_000,
      invalid: few(),
      incomplete: few(),
      duplicates: few(),
    })
    const replayed = 15 * 24 + 9
    const until = replayed + 6
    const late = { received: 6_000, backfilled: 5_000, identified: 6_000, invalid: 150, incomplete: 150 }
    await arrive(
      hours(until, (hour) => (hour < replayed || hour >= replayed + 3 ? ordinary() : { ...late, duplicates: 5_000 })),
    )
    const watch = createVolumeWatch(db, plan)
    const seen: unknown[] = []
    for (let hour = 14 * 24; hour <= until; hour++) {
      await watch.advance([due('Order Completed', at(hour))])
      seen.push(...(watch.reading({ event: 'Order Completed', source: null }, at(hour))?.alarms ?? []))
    }
    expect(seen).toEqual([])
  })

  it('still has share alarms of what is bad and new', async () => {
    const plan = planOf(SLO('orders', 'Order Completed'))
    await open()
    const random = seeded(3)
    const broken = 15 * 24
    const invalid = (hour: number) => (hour < broken ? Math.round(random.next()) : 150)
    await arrive(hours(broken + 4, (hour) => ({ received: 1_005, backfilled: 5, invalid: invalid(hour) })))
    const watch = createVolumeWatch(db, plan)
    await watch.advance([due('Order Completed', START + 15 * DAY + 4 * HOUR)])
    const { alarms = [] } = watch.reading({ event: 'Order Completed', source: null }, at(broken + 4)) ?? {}
    expect(alarms.map(({ series }) => series.aspect)).toEqual(['invalid'])
  })
})
