import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DAY, iso, SECOND } from '../../src/model/time.ts'
import { createMetrics } from '../../src/report/metrics/registry.ts'
import { createLog } from '../../src/runtime/log.ts'
import { createSourceSet } from '../../src/runtime/source-set.ts'
import { createSource } from '../../src/runtime/sources.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { planOf } from '../support/plan.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const T = Date.UTC(2026, 0, 15, 10)
const plan = planOf([])

/** One call a second, each with an id of its own. */
const callsOf = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => {
    const n = from + index
    const receivedAt = iso(T + n * SECOND)
    return `${JSON.stringify({ type: 'track', event: 'A', messageId: `m-${n}`, receivedAt, properties: {} })}\n`
  }).join('')

it('a source of which more ids came than are remembered says how far back its duplicates are found', async () => {
  const folder = temporaryFolder()
  const root = folder.path
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const metrics = createMetrics({ version: '1' })
  const lines: string[] = []
  const log = createLog((line) => void lines.push(String((JSON.parse(line) as { msg: string }).msg)), false)
  const stopping = new AbortController()
  const sources = createSourceSet({
    make: (config) =>
      createSource(config, {
        plan: () => plan,
        root,
        configFile: join(root, 'rules/assay.yaml'),
        now: () => T + 3 * DAY,
        env: {},
        log,
        writeKeys: { keys: null, disabled: null },
        instance: 'a',
      }),
    ingest: {
      db,
      writer,
      plan: () => plan,
      remembered: 6_000,
      judged: async () => undefined,
      onCommit: () => undefined,
    },
    onHorizon: metrics.recordHorizon,
    log,
    onBroken: (error) => {
      throw error
    },
    stopping: stopping.signal,
  })
  const horizon = async (): Promise<number> =>
    Number(/assay_duplicates_horizon_seconds\{source="archive"\} (\S+)/.exec(await metrics.text())?.[1])

  writeFileSync(join(root, 'a.ndjson'), callsOf(0, 1_000))
  sources.add({
    id: 'archive',
    type: 'file',
    paths: ['*.ndjson'],
    follow: true,
    format: { type: 'segment' },
    duplicates_horizon: DAY,
  })
  sources.start()
  await until('the first calls', async () => (await horizon()) === DAY / SECOND)
  expect(sources.state('archive').detail).toBe('')

  writeFileSync(join(root, 'b.ndjson'), callsOf(1_000, 10_000))
  await until('a horizon that shrank', async () => (await horizon()) < 6_000)
  await until('the last calls', async () => {
    const [row] = await db.all<{ sum: number }>('select sum(length(entries)) as sum from sighting')
    return row?.sum === 10_000 * 12
  })
  const found = await horizon()
  expect(found).toBeGreaterThan(2_000)
  expect(sources.state('archive').detail).toMatch(
    /^duplicates are found (1 h( \d+ min)?|\d+ min) back instead of 1d: more ids came than are remembered$/,
  )
  expect(lines.filter((line) => line.startsWith('duplicates are found')).length).toBe(1)

  // What was forgotten is a day old.
  writeFileSync(join(root, 'c.ndjson'), callsOf(10_000 + 90_000, 10_000 + 90_100))
  await until('the whole horizon', async () => (await horizon()) === DAY / SECOND)
  expect(sources.state('archive').detail).toBe('')
  expect(lines).toContain('duplicates are found 1d back again')
  stopping.abort()
  await sources.ended()
  await writer.release()
  await db.close()
  folder.remove()
})

it('a source that was disabled runs once a new configuration gives what it lacked', async () => {
  const folder = temporaryFolder()
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const log = createLog(() => undefined, false)
  const stopping = new AbortController()
  let secret: string | null = null
  const sources = createSourceSet({
    make: (config) =>
      secret === null
        ? { disabled: 'SECRET is not set.' }
        : createSource(config, {
            plan: () => plan,
            root: folder.path,
            configFile: join(folder.path, 'rules/assay.yaml'),
            now: () => T,
            env: {},
            log,
            writeKeys: { keys: null, disabled: null },
            instance: 'a',
          }),
    ingest: { db, writer, plan: () => plan, judged: async () => undefined, onCommit: () => undefined },
    onHorizon: () => undefined,
    log,
    onBroken: (error) => {
      throw error
    },
    stopping: stopping.signal,
  })
  const shop = { id: 'shop', type: 'demo', seed: 1, duplicates_horizon: DAY } as const
  sources.add(shop)
  sources.start()
  expect(sources.state('shop')).toEqual({ state: 'disabled', detail: 'SECRET is not set.' })
  secret = 'known'
  sources.swap([shop])
  await until('it to run', () => sources.state('shop').state === 'running')
  stopping.abort()
  await sources.ended()
  await writer.release()
  await db.close()
  folder.remove()
})
