import { parentPort } from 'node:worker_threads'
import { type Cell, runCell } from './volume/cell.ts'
import { type FleetJob, runFleet } from './volume/fleet.ts'
import { type OddTraffic, runOddTraffic } from './volume/odd-traffic.ts'

/** What a worker is given to do. */
export type VolumeJob = { readonly cell: Cell } | { readonly fleet: FleetJob } | { readonly odd: OddTraffic }

// Jobs come one by one; each is answered with its tallies.
parentPort?.on('message', (job: VolumeJob) => {
  parentPort?.postMessage(
    'cell' in job ? runCell(job.cell) : 'odd' in job ? runOddTraffic(job.odd) : runFleet(job.fleet),
  )
})
