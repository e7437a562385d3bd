import { parentPort } from 'node:worker_threads'
import { type Cell, runCell } from './volume/cell.ts'
import { type FleetJob, runFleet } from './volume/fleet.ts'
import { type NewcomerJob, runNewcomers } from './volume/newcomer.ts'
import { type OddTraffic, runOddTraffic } from './volume/odd-traffic.ts'
import type { Tally } from './volume/tally.ts'

/** What a worker is given to do. */
export type VolumeJob =
  | { readonly cell: Cell }
  | { readonly fleet: FleetJob }
  | { readonly odd: OddTraffic }
  | { readonly newcomers: NewcomerJob }

// Jobs come one by one; each is answered with its tallies.
parentPort?.on('message', (job: VolumeJob) => {
  parentPort?.postMessage(done(job))
})

function done(job: VolumeJob): Tally[] {
  if ('cell' in job) return runCell(job.cell)
  if ('odd' in job) return runOddTraffic(job.odd)
  return 'fleet' in job ? runFleet(job.fleet) : runNewcomers(job.newcomers)
}
