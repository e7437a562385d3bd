import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { replay } from '../../src/cli/replay.ts'
import { HOUR, MINUTE, SECOND } from '../../src/model/time.ts'
import type { Verdict } from '../../src/model/verdict.ts'
import { incidentDocument, type IncidentDocument } from '../../src/report/documents/incident.ts'
import { verdictDocument, type VerdictDocument } from '../../src/report/documents/verdict.ts'
import { allIncidents } from '../../src/store/incidents.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { verdictsBetween } from '../../src/store/verdicts.ts'
import { after, arrivals, BAD_ORDER, type Call, track } from '../scenarios/segment.ts'
import { type Child, startChild } from '../support/child.ts'
import { onEachStore } from '../support/daemon-store.ts'
import type { LiveLoopsTask } from '../support/live-loops.ts'
import { writeProject } from '../support/project.ts'
import { runCommand } from '../support/run-command.ts'
import { type Random, seeded } from '../support/random.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const KILLS = THOROUGH ? 10 : 2
const MINUTES = 300
const BATCH = 50

const CART = `event: Cart Viewed
versions:
  - version: 1
    schema: { type: object, properties: { items: { type: integer } } }
`
const ORDER = `event: Order Completed
versions:
  - version: 1
    schema:
      type: object
      required: [order_id, revenue, currency]
      properties:
        order_id: { type: string }
        revenue: { type: number }
        currency: { enum: [EUR, USD] }
`
const SLOS = `slos:
  - { name: orders-valid, sli: { kind: validity, event: Order Completed }, objective: 99, severity: page }
  - { name: orders-complete, sli: { kind: completeness, event: Order Completed }, objective: 99, severity: page }
  - { name: orders-unique, sli: { kind: uniqueness, event: Order Completed }, objective: 99, severity: ticket }
  - { name: orders-timely, sli: { kind: timeliness, event: Order Completed, max_delay: 1h }, objective: 99, severity: ticket }
  - { name: carts-fresh, sli: { kind: freshness, event: Cart Viewed, source: archive, max_age: 10m }, objective: 99, severity: page }
  - { name: carts-valid, sli: { kind: validity, event: Cart Viewed }, objective: 95, severity: ticket }
`

const SENDERS: readonly Partial<Call>[] = [
  { platform: 'web', version: '4.3.0' },
  { platform: 'ios', version: '4.2.0' },
  { platform: 'android', version: '4.3.0' },
  { platform: 'android', version: '4.2.0' },
]

/** One file's lines, each under its place in the file: where a late one stands isn't where it arrived. */
type Placed = { readonly place: number; readonly line: string }

/** Orders: a bad release, duplicates, deliveries an hour late, and lines that stand minutes after they arrived. */
function* orders(random: Random): Generator<Placed> {
  for (let minute = 0; minute < MINUTES; minute++) {
    for (const [index, at] of arrivals(minute, 24).entries()) {
      const sender = SENDERS[index % SENDERS.length] ?? {}
      const isReleased = sender.platform === 'android' && sender.version === '4.3.0' && minute >= 100 && minute < 140
      const isSlow = minute >= 200 && minute < 230 && index % 3 === 0
      const line = track({
        ...{ ...sender, at, id: `order-${at}` },
        ...(isReleased ? { properties: BAD_ORDER } : {}),
        ...(isSlow ? { timestamp: at - 2 * HOUR } : {}),
      })
      // Most stand in order, some within the reorder buffer's five minutes, some far past it.
      const chance = random.next()
      const late = chance < 0.9 ? 0 : chance < 0.97 ? random.below(5 * MINUTE) : (6 + random.below(40)) * MINUTE
      yield { place: at + late, line }
      if (minute >= 40 && minute < 60 && index % 2 === 0) {
        yield { place: at + SECOND, line: track({ ...sender, at: at + SECOND, id: `order-${at}` }) }
      }
    }
  }
}

/** Carts: silent for most of an hour, and a few bad ones. */
function* carts(): Generator<Placed> {
  for (let minute = 0; minute < MINUTES; minute++) {
    if (minute >= 150 && minute < 195) continue
    for (const [index, at] of arrivals(minute, 12).entries()) {
      const items = minute >= 240 && minute < 260 && index < 6 ? 'three' : 3
      yield { place: at, line: track({ at, event: 'Cart Viewed', properties: { items }, platform: 'web' }) }
    }
  }
}

function text(lines: Iterable<Placed>): string {
  const sorted = [...lines].sort((a, b) => a.place - b.place)
  return sorted.map(({ line }) => `${line}\n`).join('')
}

/** Four files: plain and gzipped, side by side and one after the other. */
function writeArchive(folder: string, random: Random): readonly string[] {
  const placed = [...orders(random)]
  const half = after(MINUTES / 2)
  const files: Record<string, Uint8Array | string> = {
    'orders-1.ndjson.gz': gzipSync(text(placed.filter(({ place }) => place < half))),
    'orders-2.ndjson': text(placed.filter(({ place }) => place >= half)),
    'carts.ndjson.gz': gzipSync(text(carts())),
    'broken.ndjson': `${track({ at: after(70) })}\n{"type":"track","event":"Order\n${track({ at: after(71), event: 'Unheard Of' })}\n`,
  }
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  return Object.keys(files).map((name) => join(folder, name))
}

interface Told {
  readonly verdicts: readonly VerdictDocument[]
  readonly incidents: readonly IncidentDocument[]
}

let project: ReturnType<typeof writeProject>
let replayed: Told

beforeAll(async () => {
  project = writeProject({
    'rules/assay.yaml': `version: 1
sources:
  - { id: archive, type: file, paths: ["data/*"], format: { type: segment }, follow: false }
`,
    'rules/domains/checkout/events/order_completed.yaml': ORDER,
    'rules/domains/checkout/events/cart_viewed.yaml': CART,
    'rules/domains/checkout/slos.yaml': SLOS,
  })
  const files = writeArchive(join(project.root, 'data'), seeded(7))
  const out = join(project.root, 'out')
  const { code, err } = await runCommand(
    project.root,
    (io) => replay({ files, config: project.config, out, verdicts: 'changes' }, io),
    { now: () => after(2 * MINUTES) },
  )
  if (code !== 0) throw new Error(err)
  const lines = readFileSync(join(out, 'verdicts.ndjson'), 'utf8').trimEnd().split('\n')
  replayed = {
    verdicts: lines.map((line) => JSON.parse(line) as VerdictDocument),
    incidents: JSON.parse(readFileSync(join(out, 'incidents.json'), 'utf8')) as IncidentDocument[],
  }
}, 30_000)
afterAll(() => project.remove())

async function stored(store: StoreConfig): Promise<Told> {
  const db = await openStore(store)
  try {
    const lines = await verdictsBetween<Verdict>(db, 0, Number.MAX_SAFE_INTEGER)
    return {
      verdicts: lines.map(({ document }) => verdictDocument(document)),
      incidents: (await allIncidents(db)).map(incidentDocument),
    }
  } finally {
    await db.close()
  }
}

/** A replay's lines without those that it writes only because it is over: the last of an SLO in which nothing had changed. */
function withoutLast(verdicts: readonly VerdictDocument[], kept: readonly VerdictDocument[]): VerdictDocument[] {
  const last = new Map(verdicts.map((verdict) => [verdict.slo, verdict]))
  const isKept = new Set(kept.map(({ slo, at }) => `${slo} ${at}`))
  return verdicts.filter(
    (verdict) =>
      last.get(verdict.slo) !== verdict ||
      Date.parse(verdict.at) % HOUR === 0 ||
      isKept.has(`${verdict.slo} ${verdict.at}`),
  )
}

/** Runs the loops to the end through kills; how many of them hit before the end. */
async function throughKills(store: StoreConfig, random: Random): Promise<number> {
  let clock = after(MINUTES + 10)
  const start = (wakes: boolean): Child => {
    const task: LiveLoopsTask = { config: project.config, store, startsAt: clock, batch: BATCH, wakes }
    return startChild('live-loops.ts', JSON.stringify(task))
  }
  let hit = 0
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = start(kill % 2 === 0)
    const lines = 8 + random.below(48)
    await until('work to be done', () => child.lines.length >= lines || child.process.exitCode !== null, 60_000)
    await child.kill()
    expect(child.errors()).toBe('')
    if (!child.lines.includes('done')) hit += 1
    clock += kill === KILLS / 2 ? HOUR : 20 * SECOND
  }
  const last = start(false)
  await until('the archive to be judged', () => last.lines.includes('done') || last.process.exitCode !== null, 60_000)
  await last.kill()
  expect(last.errors()).toBe('')
  return hit
}

it('the archive has what can go wrong in it', () => {
  expect(new Set(replayed.incidents.flatMap(({ slos }) => slos))).toEqual(
    new Set(['orders-valid', 'orders-unique', 'orders-timely', 'carts-fresh', 'carts-valid']),
  )
})

onEachStore('loops killed while they read', 'half a minute long', (makeStore, test) => {
  test('ten kills and an hour of standstill change no verdict and no incident (two kills but with ASSAY_REQUIRE=all)', async () => {
    const store = (await makeStore()).at(project.root)
    expect(await throughKills(store, seeded(11))).toBeGreaterThanOrEqual(0.8 * KILLS)
    const live = await stored(store)
    expect(live.verdicts).toEqual(withoutLast(replayed.verdicts, live.verdicts))
    expect(live.incidents).toEqual(replayed.incidents)
  }, 180_000)
})
