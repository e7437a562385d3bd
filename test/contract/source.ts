import { describe, expect, it } from 'vitest'
import type { Source, SourceBatch } from '../../src/observe/sources/source.ts'

/** A source of the same finite things, however often it is made anew. */
export interface SourceUnderTest {
  readonly make: () => Source
  /** How many records there are in all. */
  readonly records: number
  readonly close: () => Promise<void>
}

/** What every source promises to the loop that reads it. */
export function sourceContract(prepare: () => Promise<SourceUnderTest>): void {
  describe('as a source', () => {
    it('gives the same records when it is restarted after every batch, each step from where the last one led', async () => {
      const { make, records, close } = await prepare()
      const positions = new Map<string, string>()
      const seen: string[] = []
      for (let restarts = 0; seen.length < records; restarts++) {
        if (restarts > 200) throw new Error(`${seen.length} of ${records} records after 200 restarts`)
        await readUntil(make(), positions, (batch) => {
          store(batch, positions)
          seen.push(...batch.records.map(({ partition, position }) => `${partition} ${position}`))
          return batch.records.length > 0
        })
      }
      expect(seen.length).toBe(records)
      expect(new Set(seen).size).toBe(records)
      await close()
    })

    it('gives a batch that was refused again when it is read anew, in the same process', async () => {
      const { make, records, close } = await prepare()
      const positions = new Map<string, string>()
      const source = make()
      const stop = new AbortController()
      const seen: string[] = []
      let refused = 0
      while (seen.length < records) {
        for await (const batch of source.read(new Map(positions), stop.signal)) {
          if (batch.records.length > 0 && refused < 3) {
            refused += 1
            batch.refuse(1)
            break
          }
          store(batch, positions)
          seen.push(...batch.records.map(({ partition, position }) => `${partition} ${position}`))
          await batch.acknowledge()
          if (seen.length >= records) break
        }
      }
      stop.abort()
      expect(refused).toBe(3)
      expect(new Set(seen).size).toBe(records)
      expect(seen.length).toBe(records)
      for await (const _ of source.read(positions, stop.signal)) throw new Error('it reads although it was stopped')
      await close()
    })

    it('never says that more was observed than the clock shows', async () => {
      const { make, records, close } = await prepare()
      let seen = 0
      await readUntil(make(), new Map(), (batch) => {
        for (const { observedUntil } of batch.steps) expect(observedUntil ?? 0).toBeLessThanOrEqual(Date.now())
        seen += batch.records.length
        return seen >= records
      })
      await close()
    })
  })
}

function store({ steps }: SourceBatch, positions: Map<string, string>): void {
  for (const { partition, from, to } of steps) {
    expect(positions.get(partition) ?? null).toBe(from)
    positions.set(partition, to)
  }
}

/** Reads as the ingest loop does, until `enough` of a batch; then stops the source. */
async function readUntil(
  source: Source,
  positions: ReadonlyMap<string, string>,
  enough: (batch: SourceBatch) => boolean,
): Promise<void> {
  const stop = new AbortController()
  let done = false
  while (!done) {
    for await (const batch of source.read(new Map(positions), stop.signal)) {
      done = enough(batch)
      await batch.acknowledge()
      if (done) stop.abort()
    }
    if (!done && source.reassigned?.() !== true) throw new Error('it ended before it had given everything')
  }
}
