import { parentPort } from 'node:worker_threads'
import { type Cell, runCell } from './volume/cell.ts'
import { type FleetJob, runFleet } from './volume/fleet.ts'

/** What a worker is given to do. */
export type VolumeJob = { readonly cell: Cell } | { readonly fleet: FleetJob }

// Jobs come one by one; each is answered with its tallies.
parentPort?.on('message', (job: VolumeJob) => {
  parentPort?.postMessage('cell' in job ? runCell(job.cell) : runFleet(job.fleet))
})
