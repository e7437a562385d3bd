import { expect, it } from 'vitest'
import { DAY, HOUR, type Instant, MINUTE } from '../../src/model/time.ts'
import { emptyCounts } from '../../src/model/window.ts'
import type { Watermark } from '../../src/runtime/evaluate/watermark.ts'
import { createRetention } from '../../src/runtime/retention.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'

const NOW = Date.UTC(2026, 0, 20)

it('removes nothing for its age before a round of judging has said what has been judged', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const old = NOW - 10 * DAY
  const series = { source: 'archive', kind: 'planned', event: 'Order Completed' } as const
  await commitIngest(db, await takeWriter(db), {
    source: 'archive',
    steps: [{ partition: 'all', from: null, to: '1', observedUntil: old, listeningSince: null, complete: false }],
    delta: { windows: [{ series, minute: old, counts: { ...emptyCounts(), received: 1 } }], facets: [], findings: [] },
    rejects: [],
    samples: [],
    sightings: [],
  })
  let watermarks: ReadonlyMap<string, Watermark> | null = null
  const look = createRetention({
    db,
    kept: () => ({ minutes: 73 * HOUR, hours: 100 * DAY, quarantine: 14 * DAY, duplicates: DAY }),
    watermarks: () => watermarks,
    leads: () => true,
    now: () => NOW,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  const minutes = async () => (await db.all('select start from window_minute')).length
  await look()
  expect(await minutes()).toBe(1)
  // It catches up: what it brings is judged before it goes.
  watermarks = new Map([['archive', { at: old as Instant, complete: false }]])
  await look()
  expect(await minutes()).toBe(1)
  watermarks = new Map([['archive', { at: NOW - MINUTE, complete: false }]])
  await look()
  expect(await minutes()).toBe(0)
  await db.close()
})
