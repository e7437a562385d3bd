import { HOUR } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Database, Sql } from '../../store/sql.ts'
import { hoursUpTo, writeVolumeState } from './volume-state.ts'
import type { VolumeWatch } from './volume-watch.ts'

/** Keeps the volume detector's state in the store, so that the next start goes on from it. */
export interface VolumeKeeper {
  /** To be called when all that the detector was fed is judged and committed. Writes once an hour at most; large fleets more rarely. */
  readonly keep: () => Promise<void>
}

/** Series that are written once an hour; of twice as many, the state is written every other hour (3 KB a series). */
const SERIES_AN_HOUR = 5_000

export function createVolumeKeeper(
  db: Database,
  plan: Plan,
  watch: VolumeWatch,
  assertLeads: (sql: Sql) => Promise<void>,
): VolumeKeeper {
  let written = hoursUpTo(watch.save())
  return {
    keep: async () => {
      const state = watch.save()
      const hours = Math.max(1, Math.ceil(state.fleet.members.size / SERIES_AN_HOUR))
      if (hoursUpTo(state) < written + hours * HOUR) return
      await writeVolumeState(db, plan, state, assertLeads)
      written = hoursUpTo(state)
    },
  }
}
