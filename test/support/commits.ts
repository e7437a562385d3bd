import { emptyCounts, type Facet, type Finding, type SeriesKey, type WindowCounts } from '../../src/model/window.ts'
import type { PositionStep } from '../../src/observe/sources/source.ts'
import type { IngestCommit } from '../../src/store/ingest.ts'
import { takeWriter, type Writer } from '../../src/store/leases.ts'
import type { Database } from '../../src/store/sql.ts'

/** A whole day's start: 2026-03-02. */
export const DAY_0 = Date.UTC(2026, 2, 2)

export function seriesOf(event: string, source = 'web'): SeriesKey {
  return { source, kind: 'planned', event }
}

export function facetOf(platform: string | null, appVersion: string | null = null): Facet {
  return { platform, appVersion, library: null, partition: null }
}

export const missingRevenue: Finding = { kind: 'violation', path: '/revenue', keyword: 'required', message: 'missing' }

export function countsOf(received: number, more: Partial<WindowCounts> = {}): WindowCounts {
  return { ...emptyCounts(), received, ...more }
}

/** Runs work on an empty store that `make` opens, as its one writer. */
export function usingWriter(make: () => Promise<Database>) {
  return async (work: (db: Database, writer: Writer) => Promise<void>): Promise<void> => {
    const db = await make()
    try {
      await work(db, await takeWriter(db))
    } finally {
      await db.close()
    }
  }
}

/** A step from `from` to `to` of partition `p`. */
export function stepOf(from: string | null, to: string, more: Partial<PositionStep> = {}): PositionStep {
  return { partition: 'p', from, to, observedUntil: null, listeningSince: null, complete: false, ...more }
}

/** A batch with nothing in it but what is given. */
export function commitOf(more: Partial<IngestCommit> = {}): IngestCommit {
  return {
    source: 'web',
    steps: [],
    delta: { windows: [], facets: [], findings: [] },
    rejects: [],
    samples: [],
    sightings: [],
    ...more,
  }
}

/** A batch that counts `received` records of one event in one minute, and moves partition `p`. */
export function countingCommit(event: string, minute: number, received: number, step: PositionStep): IngestCommit {
  const counts = countsOf(received, { lastArrival: minute + 1 })
  return commitOf({
    steps: [step],
    delta: { windows: [{ series: seriesOf(event), minute, counts }], facets: [], findings: [] },
  })
}
