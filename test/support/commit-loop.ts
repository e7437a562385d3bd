import { MINUTE } from '../../src/model/time.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { readPositions } from '../../src/store/positions.ts'
import { countsOf, DAY_0, facetOf, seriesOf, stepOf } from './commits.ts'

/**
 * A process that commits one record after the other until it is killed, and prints the number of each once it is stored.
 * The store is its argument, as JSON.
 */
const db = await openStore(JSON.parse(process.argv[2] ?? '') as StoreConfig)
const writer = await takeWriter(db)
let at = (await readPositions(db, 'loop')).get('p') ?? null
console.log(`ready ${writer.slot}`)
for (;;) {
  const next = Number(at ?? 0) + 1
  const key = { series: seriesOf(`Event ${next % 3}`, 'loop'), minute: DAY_0 + (next % 7) * MINUTE }
  const counts = countsOf(1, { lastArrival: next })
  const outcome = await commitIngest(db, writer, {
    source: 'loop',
    steps: [stepOf(at, String(next), { observedUntil: next })],
    delta: { windows: [{ ...key, counts }], facets: [{ ...key, facet: facetOf('ios'), counts }], findings: [] },
    rejects: [
      {
        source: 'loop',
        position: String(next),
        arrivedAt: DAY_0,
        event: null,
        reason: 'empty',
        violations: [],
        payload: '',
      },
    ],
    samples: [],
    sightings: [{ partition: 'p', hour: DAY_0, bytes: new Uint8Array(12) }],
  })
  if (outcome === 'superseded') throw new Error('nobody else writes here')
  at = String(next)
  console.log(`stored ${next}`)
}
