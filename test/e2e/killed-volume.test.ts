import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { readConfiguration } from '../../src/cli/project.ts'
import { HOUR, type Instant, iso, MINUTE } from '../../src/model/time.ts'
import { readVolumeState } from '../../src/runtime/volume/volume-state.ts'
import { openStore } from '../../src/store/open.ts'
import { readSloStates } from '../../src/store/verdicts.ts'
import { readVolumeNote } from '../../src/store/volume-states.ts'
import type { Database } from '../../src/store/sql.ts'
import { track } from '../scenarios/segment.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { onEachStore } from '../support/daemon-store.ts'
import { writeProject } from '../support/project.ts'
import { type Random, seeded } from '../support/random.ts'
import { THOROUGH } from '../support/thorough.ts'
import { until } from '../support/until.ts'

const START = Date.UTC(2026, 2, 2)
/** The first archive is the ordinary week; of each of the others a daemon is killed twice. */
const ARCHIVES = [8 * 24, ...Array.from({ length: 4 }, () => 12)]
const HOURS = ARCHIVES.reduce((sum, hours) => sum + hours, 0)
const EVENTS = Array.from({ length: 6 }, (_, index) => `Event ${index}`)
const [LARGE] = EVENTS
/** The story, in hours: the large event falls silent within an hour; everything loses ios. */
const SILENT = { from: 8 * 24 + 14.5, to: 8 * 24 + 20 }
const NO_IOS = { from: 9 * 24 + 4, to: 9 * 24 + 16 }

/** An archive's lines: of the large event two a minute, of the others one in six minutes; two of five on ios. */
function* lines(from: number, to: number): Generator<string> {
  for (let minute = from * 60; minute < to * 60; minute++) {
    const hour = minute / 60
    for (const [index, event] of EVENTS.entries()) {
      const count = event === LARGE ? 2 : minute % 6 === index % 6 ? 1 : 0
      if (event === LARGE && hour >= SILENT.from && hour < SILENT.to) continue
      for (let nth = 0; nth < count; nth++) {
        const at = START + minute * MINUTE + nth * 30_000 + index * 1_000
        const isIos = (minute * 7 + nth * 3 + index) % 5 < 2
        if (isIos && hour >= NO_IOS.from && hour < NO_IOS.to) continue
        yield track({ at, event, platform: isIos ? 'ios' : 'web', properties: { n: 1 } })
      }
    }
  }
}

const files = (store: string): Readonly<Record<string, string>> => ({
  'rules/assay.yaml': `version: 1
store: ${store}
sources:
  - { id: archive, type: file, paths: ["data/*.ndjson"], format: { type: segment }, follow: false }
`,
  ...Object.fromEntries(
    EVENTS.map((event, index) => [
      `rules/domains/checkout/events/event_${index}.yaml`,
      `event: ${event}\nversions:\n  - { version: 1, schema: { type: object } }\n`,
    ]),
  ),
  'rules/domains/checkout/events/order_completed.yaml':
    'event: Order Completed\nversions:\n  - { version: 1, schema: { type: object } }\n',
  'rules/domains/checkout/slos.yaml': `slos:\n${EVENTS.map(
    (event, index) =>
      `  - { name: volume-${index}, sli: { kind: volume, event: ${event} }, objective: 99, window: 7d }\n`,
  ).join('')}`,
  'alerts/routes.yaml': 'receivers:\n  - { name: screen, console: {} }\nroutes: []\n',
  'data/0.ndjson': '',
})

/** How often a kill fell where. */
interface Fell {
  /** Blocks of a state were written that wasn't the valid one yet. */
  midway: number
  /** Minutes were judged of hours that the stored state didn't hold. */
  behind: number
}

const LONG = 'half a minute long'

onEachStore('a daemon killed around the writes of the volume detector’s state', LONG, (makeStore) => {
  const cleanup: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const each of cleanup.splice(0).reverse()) await each()
  })

  /** Lives through the story and answers what is stored in the end. */
  async function live(random: Random | null, fell: Fell): Promise<object> {
    const made = await makeStore()
    const project = writeProject(files(made.yaml))
    cleanup.push(project.remove)
    const config = made.at(project.root)
    let assay: RunningAssay | null = null
    let db: Database | null = null
    cleanup.push(async () => {
      await assay?.kill()
      await db?.close()
    })
    const start = async (): Promise<Database> => {
      assay = await startAssay(project.config, { env: made.env })
      db ??= await openStore(config)
      return db
    }
    const judged = async (store: Database, hour: number): Promise<boolean> =>
      ((await readVolumeNote(store))?.upTo ?? 0) >= START + hour * HOUR

    async function killAt(moment: 'write' | number): Promise<void> {
      const store = await start()
      if (moment === 'write') {
        const before = (await readVolumeNote(store))?.generation ?? 0
        await until('a state to be written', async () => (await newestBlock(store)) > before)
      } else await new Promise((next) => setTimeout(next, moment))
      await assay?.kill()
      const note = await readVolumeNote(store)
      if ((await newestBlock(store)) > (note?.generation ?? 0)) fell.midway += 1
      const states = await readSloStates(store)
      if (states.some(({ evaluatedUntil }) => evaluatedUntil >= (note?.upTo ?? START) + HOUR)) fell.behind += 1
    }

    let hour = 0
    for (const [index, hours] of ARCHIVES.entries()) {
      const text = [...lines(hour, hour + hours)].join('\n')
      writeFileSync(join(project.root, 'data', `${index}.ndjson`), `${text}\n`)
      hour += hours
      if (random === null) continue
      // As a state is written; and at any time from the start on, also before anything was read.
      await killAt('write')
      if (index > 0) await killAt(random.below(700))
    }
    const store = await start()
    await until('all to be judged', () => judged(store, HOURS - 1), 120_000)
    const running = assay as RunningAssay | null
    expect(await running?.stop()).toBe(0)
    const { plan } = readConfiguration('rules/assay.yaml', { cwd: project.root, env: made.env })
    if (plan === null) throw new Error('the project has a plan')
    const documents = async (table: string, order: string) =>
      (await store.all<{ document: string }>(`select document from ${table} order by ${order}`)).map(({ document }) =>
        JSON.parse(document),
      )
    return {
      volume: await readVolumeState(store, plan),
      incidents: await documents('incident', 'id'),
      verdicts: await documents('verdict', 'slo, at'),
    }
  }

  it.skipIf(!THOROUGH)(
    `goes on to the same alarms, incidents and state as one that nobody killed (${LONG}: with ASSAY_REQUIRE=all)`,
    async () => {
      const fell = { midway: 0, behind: 0 }
      const undisturbed = (await live(null, fell)) as { volume: unknown; incidents: { openedAt: Instant }[] }
      expect(fell).toEqual({ midway: 0, behind: 0 })
      const killed = await live(seeded(31), fell)
      expect(killed).toEqual(undisturbed)
      // The story was seen, and kills fell where they hurt.
      expect(typeof undisturbed.volume).toBe('object')
      const opened = undisturbed.incidents.map(({ openedAt }) => iso(openedAt))
      expect(opened).toContain('2026-03-10T14:40:00.000Z')
      expect(opened.length).toBeGreaterThan(1)
      expect(fell.midway).toBeGreaterThan(0)
      expect(fell.behind).toBeGreaterThan(0)
    },
    240_000,
  )
})

async function newestBlock(db: Database): Promise<number> {
  const [row] = await db.all<{ generation: number | null }>('select max(generation) as generation from volume_state')
  return row?.generation ?? 0
}
