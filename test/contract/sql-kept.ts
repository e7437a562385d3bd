import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { allQuarantine, latestExample, readQuarantine } from '../../src/store/quarantine.ts'
import { readSample } from '../../src/store/samples.ts'
import { readSightings } from '../../src/store/sightings.ts'
import type { Database } from '../../src/store/sql.ts'
import { commitOf, DAY_0, usingWriter } from '../support/commits.ts'

/** What a batch keeps beside its counts, on either engine. `make` opens an empty store. */
export function keptContract(make: () => Promise<Database>): void {
  const using = usingWriter(make)

  describe('beside the counts', () => {
    const reject = {
      source: 'web',
      position: 'p 1',
      arrivedAt: DAY_0,
      event: 'Order',
      reason: 'invalid' as const,
      violations: [{ path: '/a', keyword: 'type', message: 'm' }],
      payload: '{"n":1}',
    }

    it('quarantined records are kept and found', () =>
      using(async (db, writer) => {
        const rejects = [
          reject,
          { ...reject, arrivedAt: DAY_0 + 5, payload: '{"n":2}' },
          { ...reject, arrivedAt: null, event: null, reason: 'malformed_json' as const },
          { ...reject, event: 'Refund' },
        ]
        await commitIngest(db, writer, commitOf({ rejects }))
        expect(await allQuarantine(db)).toEqual(rejects)
        expect(await readQuarantine(db, { event: 'Order', from: DAY_0, to: DAY_0 + 5, limit: 9 })).toEqual([reject])
        expect((await readQuarantine(db, { event: null, limit: 9 })).at(-1)).toEqual(rejects[2])
        expect(await latestExample(db, 'Order', DAY_0, DAY_0 + MINUTE)).toBe('{"n":2}')
        expect(await latestExample(db, 'Order', DAY_0 + 6, DAY_0 + MINUTE)).toBeNull()
      }))

    it('samples are merged: the newer payload, profiles added up', () =>
      using(async (db, writer) => {
        const profile = { name: 'revenue', types: { number: 2 }, filled: 2, seen: 3 }
        const sample = {
          source: 'web',
          kind: 'planned' as const,
          event: 'Order',
          arrivedAt: 20,
          payload: '"new"',
          invalidPayload: null,
          properties: [profile],
        }
        const older = {
          ...sample,
          arrivedAt: 10,
          payload: '"old"',
          invalidPayload: '"bad"',
          properties: [
            { ...profile, types: { string: 1, number: 1 } },
            { ...profile, name: '__proto__' },
          ],
        }
        await commitIngest(db, writer, commitOf({ samples: [sample] }))
        await commitIngest(db, writer, commitOf({ samples: [older, sample] }))
        expect(await readSample(db, sample)).toEqual({
          ...sample,
          invalidPayload: '"bad"',
          properties: [
            { name: 'revenue', types: { number: 5, string: 1 }, filled: 6, seen: 9 },
            { ...profile, name: '__proto__' },
          ],
        })
      }))

    it('hashes of ids are read back by partition and hour, in order', () =>
      using(async (db, writer) => {
        const bytes = (...values: number[]) => new Uint8Array(values)
        const sightings = [
          { partition: 'p', hour: DAY_0, bytes: bytes(1, 2) },
          { partition: 'p', hour: DAY_0 + HOUR, bytes: bytes(3) },
          { partition: 'q', hour: DAY_0 + HOUR, bytes: bytes(9) },
        ]
        await commitIngest(db, writer, commitOf({ sightings }))
        await commitIngest(
          db,
          writer,
          commitOf({ sightings: [{ partition: 'p', hour: DAY_0 + HOUR, bytes: bytes(4) }] }),
        )
        const read = await readSightings(db, 'web', 'p', DAY_0 + HOUR)
        expect(read.map(({ bytes: found }) => [...found])).toEqual([[3], [4]])
      }))
  })
}
