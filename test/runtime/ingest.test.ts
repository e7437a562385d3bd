import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY, type Instant, MINUTE } from '../../src/model/time.ts'
import { OTHER } from '../../src/model/window.ts'
import { createDecoder } from '../../src/observe/decode/decode.ts'
import type { Source } from '../../src/observe/sources/source.ts'
import { ingest } from '../../src/runtime/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import type { Database } from '../../src/store/sql.ts'
import { allSeries } from '../../src/store/windows.ts'
import { planWith } from '../support/contract.ts'

const T = Date.UTC(2026, 0, 15, 10)
const decode = createDecoder({ type: 'segment' })
const plan = planWith({})

/** A source that has these events to tell, in one batch, and ends. */
function sourceOf(events: readonly string[], at: Instant): Source {
  return {
    id: 'web',
    type: 'file',
    state: () => ({ state: 'running', detail: '' }),
    async *read(positions) {
      const records = events.map((event, index) => {
        return { partition: 'p', position: `${index}`, arrivedAt: at, decoded: decode({ type: 'track', event }, null) }
      })
      const from = positions.get('p') ?? null
      const step = { partition: 'p', from, to: `${at}`, observedUntil: at, listeningSince: null, complete: false }
      yield { records, steps: [step], afterJudging: null, acknowledge: () => {}, refuse: () => {} }
    },
  }
}

describe('the ingest loop', () => {
  let db: Database
  beforeEach(async () => {
    db = await openStore({ type: 'sqlite', path: ':memory:' })
  })
  afterEach(() => db.close())

  /** As a process of its own would. */
  async function run(source: Source): Promise<void> {
    const writer = await takeWriter(db)
    await ingest(
      source,
      {
        ...{ db, writer, horizon: MINUTE },
        plan: () => plan,
        judged: async () => {},
        onCommit: () => {},
        onFailure: (_source, failure) => {
          throw failure
        },
        onRecovery: () => {},
      },
      new AbortController().signal,
    )
    await writer.release()
  }

  it('admits no more names without a contract however often it is started', async () => {
    const names = (from: number, count: number) => Array.from({ length: count }, (_, index) => `event ${from + index}`)
    await run(sourceOf(names(0, 900), T))
    await run(sourceOf(names(900, 900), T + MINUTE))
    await run(sourceOf(names(1_800, 900), T + 2 * MINUTE))
    const events = (await allSeries(db)).map(({ event }) => event)
    expect(events).toHaveLength(1_001)
    expect(events).toContain('event 999')
    expect(events).toContain(OTHER)
    // Those that no longer come make room.
    await run(sourceOf([], T + 15 * DAY))
    await run(sourceOf(['new'], T + 15 * DAY + MINUTE))
    expect((await allSeries(db)).at(-1)?.event).toBe('new')
  })
})
