import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hashId } from '../../src/observe/dedupe/hash.ts'
import { floorTo, HOUR, MINUTE } from '../../src/model/time.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { track } from '../scenarios/segment.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { onEachStore } from '../support/daemon-store.ts'
import { writeProject } from '../support/project.ts'
import { type Random, seeded } from '../support/random.ts'
import { type RetryingClient, startRetryingClient } from '../support/retrying-client.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const KILLS = 10
/** Where the archive begins: long enough ago that none of it waits in the reorder buffer. */
const BEGINNING = floorTo(Date.now(), HOUR) - 12 * HOUR
const BATCH = 100
/** Records that each round adds to the growing file, and as many in a gzipped file of their own. */
const ADDED = 6_000

const contract = (event: string, property: string): string => `event: ${event}
versions:
  - version: 1
    schema: { type: object, required: [${property}], properties: { ${property}: { type: number } } }
`

/** What the files hold so far, as it must be counted. */
interface Written {
  received: number
  invalid: number
  duplicates: number
  undecodable: number
}

/** A round's lines: one in ten is invalid, one in a hundred repeats the id before it, one in a thousand is no JSON. */
function* carts(round: number, file: string, written: Written): Generator<string> {
  for (let index = 0; index < ADDED; index++) {
    if (index % 1_000 === 999) {
      written.undecodable += 1
      yield '{"type":"track","event":"Cart\n'
      continue
    }
    const isRepeat = index % 100 === 99
    const isInvalid = index % 10 === 0
    written.received += 1
    if (isRepeat) written.duplicates += 1
    if (isInvalid) written.invalid += 1
    const id = `${file}-${round}-${isRepeat ? index - 1 : index}`
    const properties = { items: isInvalid ? 'three' : 3 }
    yield `${track({ at: BEGINNING + round * 10 * MINUTE + index * 200, event: 'Cart Viewed', id, properties })}\n`
  }
}

interface Counted {
  readonly received: number
  readonly invalid: number
  readonly duplicates: number
}

onEachStore('a daemon killed under load', 'half a minute long', (makeStore) => {
  let project: ReturnType<typeof writeProject>
  let store: StoreConfig
  let env: Readonly<Record<string, string>>
  let assay: RunningAssay | null = null
  let client: RetryingClient | null = null
  let written: Written

  beforeEach(async () => {
    const made = await makeStore()
    project = writeProject({
      'rules/assay.yaml': `version: 1
store: ${made.yaml}
sources:
  - { id: web, type: http }
  - { id: archive, type: file, paths: ["data/*"], format: { type: segment }, follow: true }
`,
      'rules/domains/checkout/events/order_completed.yaml': contract('Order Completed', 'revenue'),
      'rules/domains/checkout/events/cart_viewed.yaml': contract('Cart Viewed', 'items'),
    })
    mkdirSync(join(project.root, 'data'))
    store = made.at(project.root)
    env = made.env
    written = { received: 0, invalid: 0, duplicates: 0, undecodable: 0 }
  })
  afterEach(async () => {
    client?.abandon()
    await assay?.kill()
    assay = null
    client = null
    project.remove()
  })

  /** The growing file breaks off in the middle of a line, and goes on with the rest of it the next time. */
  let rest = ''
  function grow(round: number, random: Random, whole: boolean): void {
    const growing = join(project.root, 'data', 'growing.ndjson')
    const text = rest + [...carts(round, 'growing', written)].join('')
    const cut = whole ? text.length : text.length - 1 - random.below(300)
    appendFileSync(growing, text.slice(0, cut))
    rest = text.slice(cut)
    const closed = gzipSync([...carts(round, 'closed', written)].join(''))
    writeFileSync(join(project.root, 'data', `closed-${round}.ndjson.gz`), closed)
  }

  async function counted(url: string): Promise<{ events: Map<string, Counted>; undecodable: number }> {
    const response = await fetch(`${url}/api/v1/events?since=2026-01-01T00:00:00Z&until=2099-01-01T00:00:00Z`)
    const { events, undecodable } = (await response.json()) as {
      events: (Counted & { name: string })[]
      undecodable: number
    }
    return {
      events: new Map(
        events.map(({ name, received, invalid, duplicates }) => [name, { received, invalid, duplicates }]),
      ),
      undecodable,
    }
  }

  /** Lines of the files that are counted. */
  async function storedLines(): Promise<number> {
    const db = await openStore(store)
    try {
      const rows = await db.all<{ lines: number | null }>(
        `select cast(sum(w.received) as bigint) as lines from window_day w join series s on s.id = w.series
         where s.source = 'archive'`,
      )
      return rows[0]?.lines ?? 0
    } finally {
      await db.close()
    }
  }

  /** Hashes of all ids that are stored of a source. */
  async function storedIds(source: string): Promise<Set<string>> {
    const db = await openStore(store)
    try {
      const rows = await db.all<{ entries: Uint8Array }>('select entries from sighting where source = ?', [source])
      const hashes = new Set<string>()
      for (const { entries } of rows) {
        const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength)
        for (let at = 0; at < entries.byteLength; at += 12) {
          hashes.add(`${view.getUint32(at, true)}:${view.getUint32(at + 4, true)}`)
        }
      }
      return hashes
    } finally {
      await db.close()
    }
  }

  // Ten kills take half a minute on either store: only where all is asked for.
  it.skipIf(!THOROUGH)(
    'files are counted to the record, nothing answered is missing, and what came twice counts as a duplicate (half a minute long: with ASSAY_REQUIRE=all)',
    async () => {
      const random = seeded(23)
      rest = ''
      assay = await startAssay(project.config, { env })
      client = startRetryingClient({
        endpoint: () => (assay === null ? null : `${assay.url}/v1/batch`),
        messageOf: (messageId) => ({
          ...{ type: 'track', event: 'Order Completed', messageId, userId: 'u-1' },
          properties: { revenue: 12.5 },
        }),
        senders: 4,
        batch: BATCH,
      })
      let midway = 0
      for (let kill = 1; kill <= KILLS; kill++) {
        grow(kill, random, false)
        const enough = client.answered().size + BATCH * (3 + random.below(40))
        await until('batches to be answered', () => (client?.answered().size ?? 0) >= enough)
        await assay.kill()
        if ((await storedLines()) < written.received + written.undecodable - 1) midway += 1
        assay = await startAssay(project.config, { env })
        await client.repeat()
      }
      grow(KILLS + 1, random, true)
      await client.finish()
      const { url } = assay
      const { undecodable, ...all } = written
      await until('the files to be read', async () => {
        const now = await counted(url)
        return (now.events.get('Cart Viewed')?.received ?? 0) + now.undecodable >= all.received + undecodable
      })
      expect(await assay.stop()).toBe(0)
      assay = await startAssay(project.config, { env })
      const { events, undecodable: unreadable } = await counted(assay.url)
      expect(await assay.stop()).toBe(0)

      expect(events.get('Cart Viewed')).toEqual(all)
      expect(unreadable).toBe(undecodable)

      const ids = client.answered()
      const hashes = await storedIds('web')
      const missing = [...ids].filter((id) => {
        const { high, low } = hashId(id, { high: 0, low: 0 })
        return !hashes.has(`${high}:${low}`)
      })
      expect(missing).toEqual([])
      expect(hashes.size).toBe(ids.size)
      const orders = events.get('Order Completed') ?? { received: 0, invalid: 0, duplicates: 0 }
      expect(orders.received - orders.duplicates).toBe(hashes.size)
      expect(orders.invalid).toBe(0)
      expect(client.failures()).toBeGreaterThan(KILLS)
      expect(orders.duplicates).toBeGreaterThanOrEqual(KILLS * BATCH)
      expect(midway).toBeGreaterThan(KILLS / 2)
    },
    180_000,
  )
})
