import { Worker } from 'node:worker_threads'
import type { Figure } from './figure.ts'
import { OWN_RATE } from './volume/cell.ts'
import { costs } from './volume/cost.ts'
import { CHARACTERS } from './volume/characters.ts'
import { RATES, TIERS, WEEKS } from './volume/generator.ts'
import { nightsTable } from './volume/nights.ts'
import { figures, round } from './volume/report.ts'
import { tables } from './volume/table.ts'
import { added, NO_FAULT, type Tally } from './volume/tally.ts'
import type { VolumeJob } from './volume-child.ts'

const WORKERS = 2
/** Series in a file: they share its budget. */
const FILE = 12
const FLEET = 1_000
/** Seeds that the detector may be tuned on, and those that what is reported comes from. */
const TUNING_SEED = 1
const REPORTING_SEED = 10_000_000

/**
 * Recall, delay and false alarms of the volume detector beside a z-score, and what it costs. `--quick`: a glance;
 * `--shares`: only platforms' shares; `--tuning`: on the seeds that it may be tuned on; `--table`: Markdown on standard error as well.
 */
export async function bench(options: ReadonlySet<string> = new Set()): Promise<Figure[]> {
  const quick = options.has('--quick')
  const isOfShares = options.has('--shares')
  const all = jobsFrom(options.has('--tuning') ? TUNING_SEED : REPORTING_SEED, quick)
  const jobs = isOfShares ? all.flatMap((job) => ('cell' in job ? [{ cell: { ...job.cell, isOfShares } }] : [])) : all
  const tallies = await inWorkers(jobs)
  if (options.has('--table')) process.stderr.write(`${tables(tallies)}\n\n${nightsOf(jobs)}\n`)
  if (isOfShares) return figures(tallies)
  const cost = quick ? costs(100, 500, 3) : costs(FLEET, 10_000, 4)
  return [...figures(tallies), newcomerFigure(tallies), ...(quick ? [] : [fleetFigure(tallies)]), ...cost]
}

function jobsFrom(firstSeed: number, quick: boolean): VolumeJob[] {
  const groups = quick ? 1 : 3
  const size = quick ? 6 : FILE
  const cells = TIERS.flatMap((tier, tierIndex) =>
    RATES.flatMap((rate, rateIndex) =>
      Array.from({ length: groups }, (_, group): VolumeJob => {
        const first = firstSeed + ((tierIndex * RATES.length + rateIndex) * groups + group) * FILE
        return { cell: { tier, rate, group, seeds: Array.from({ length: size }, (_, index) => first + index) } }
      }),
    ),
  )
  // Numbered after all cells, so that their seeds are their own.
  const platforms = TIERS.flatMap((tier, tierIndex) =>
    Array.from({ length: groups }, (_, group): VolumeJob => {
      const first = firstSeed + ((TIERS.length * RATES.length + tierIndex) * groups + group) * FILE
      const seeds = Array.from({ length: size }, (__, index) => first + index)
      return { cell: { tier, rate: OWN_RATE, group, seeds, isOfPlatform: true } }
    }),
  )
  const fleet = { series: FLEET, falseAlarmsPerWeek: 1, firstSeed: firstSeed + 100_000 }
  const fleets: VolumeJob[] = [
    ...[0, 1].map((group) => ({
      fleet: { ...fleet, group, firstSeed: fleet.firstSeed + group * FLEET, faulty: false },
    })),
    { fleet: { ...fleet, group: 1, firstSeed: fleet.firstSeed + 2 * FLEET, faulty: true } },
  ]
  const odd = CHARACTERS.map(({ name }): VolumeJob => {
    return { odd: { character: name, seeds: Array.from({ length: quick ? 5 : 40 }, (_, index) => firstSeed + index) } }
  })
  const newcomers = TIERS.flatMap((tier, tierIndex) =>
    [50, 500, 5_000].map((rate, rateIndex): VolumeJob => {
      const first = firstSeed + 200_000 + (tierIndex * 3 + rateIndex) * 100
      const kinds = Array.from({ length: quick ? 3 : 30 }, (_, index) => ({ tier, rate, seed: first + index }))
      return { newcomers: { kinds, group: (tierIndex + rateIndex) % 3 } }
    }),
  )
  return quick
    ? [...cells, ...platforms, ...odd, ...newcomers]
    : [...fleets, ...cells, ...platforms, ...odd, ...newcomers]
}

/** How deep the nights are of the series whose platforms are hardest to miss. */
function nightsOf(jobs: readonly VolumeJob[]): string {
  const kinds = jobs.flatMap((job) =>
    'cell' in job && job.cell.rate === 50 && job.cell.isOfPlatform !== true
      ? job.cell.seeds.map((seed) => ({ tier: job.cell.tier, rate: job.cell.rate, seed }))
      : [],
  )
  return nightsTable(kinds)
}

function newcomerFigure(tallies: readonly Tally[]): Figure {
  const recall = (relation: string): number => {
    const { n, hits } = added(
      tallies,
      ({ fault, rate }) => fault === `newcomer, ${relation}, -50 % for 6 h on day 2` && rate >= 500,
    )
    return round(hits / n)
  }
  return {
    name: 'volume: recall, -50 % for 6 h on day 2 of a new event in an old domain, 500/h and more',
    value: recall('with its like'),
    unit: 'ratio',
    reference: 'without its domain',
    reference_value: recall('alone'),
    ratio: null,
  }
}

function fleetFigure(tallies: readonly Tally[]): Figure {
  const { n, hits } = added(tallies, ({ fault }) => fault === `fleet, ${NO_FAULT}`)
  return {
    name: `volume: false alarms of ${FLEET} series over ${WEEKS} weeks`,
    value: round(hits / n),
    unit: 'a week',
    reference: 'budget',
    reference_value: 1,
    ratio: round(hits / n),
  }
}

/** The jobs' tallies, whichever worker did them. Progress goes to standard error. */
async function inWorkers(jobs: readonly VolumeJob[]): Promise<Tally[]> {
  const tallies: (readonly Tally[])[] = []
  let next = 0
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('volume-child.ts', import.meta.url))
    try {
      for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
        tallies[jobs.indexOf(job)] = await answer(worker, job)
        process.stderr.write(`\rvolume: ${tallies.filter((done) => done !== undefined).length} of ${jobs.length}`)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  process.stderr.write('\n')
  return tallies.flat()
}

function answer(worker: Worker, job: VolumeJob): Promise<readonly Tally[]> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', (tallies: readonly Tally[]) => {
      worker.off('error', reject)
      resolve(tallies)
    })
    worker.postMessage(job)
  })
}
