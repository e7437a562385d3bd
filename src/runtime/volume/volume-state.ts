import { setImmediate as turn } from 'node:timers/promises'
import type { SavedFleet } from '../../judge/volume/fleet.ts'
import type { Member } from '../../judge/volume/member.ts'
import type { SavedAlarms } from '../../judge/volume/standing-alarms.ts'
import type { SavedWatching } from '../../judge/volume/watching.ts'
import type { Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Database, Sql } from '../../store/sql.ts'
import {
  dropOtherGenerations,
  readVolumeBlocks,
  readVolumeNote,
  type VolumeStateNote,
  writeVolumeBlock,
  writeVolumeNote,
} from '../../store/volume-states.ts'
import { packed, unpacked } from './packed.ts'
import type { SavedReadings } from './readings.ts'
import { formatHash, goesOnFrom, settingsHash, streamTerms, type StreamTerms } from './volume-terms.ts'

/** All that the volume watch remembers, at rest. Plain data. */
export interface SavedVolume {
  readonly fleet: SavedFleet
  readonly watching: SavedWatching
  readonly alarms: SavedAlarms
  readonly readings: SavedReadings
  /** By stream: starts of the next hour and of the first whole one. */
  readonly next: ReadonlyMap<string, Instant>
  readonly first: ReadonlyMap<string, Instant>
  /** By stream: up to where its hours have been looked into. */
  readonly looked: ReadonlyMap<string, Instant>
}

/** Why there is no state to go on from: it has to be learnt again from the hours that are kept. */
export type NoState = 'none_stored' | 'other_plan' | 'other_format' | 'broken'

/** Series a block: a few hundred kilobytes before they are packed, a few milliseconds of this thread. */
const BLOCK = 64
/** The end of the newest hour that was taken in. */
export function hoursUpTo({ next }: SavedVolume): Instant {
  let newest = 0
  for (const end of next.values()) newest = Math.max(newest, end)
  return newest
}

/** What the store holds, if this plan and program can go on from it. */
export async function readVolumeState(sql: Sql, plan: Plan): Promise<SavedVolume | NoState> {
  const note = await readVolumeNote(sql)
  if (note === null) return 'none_stored'
  if (note.format !== formatHash()) return 'other_format'
  if (note.plan !== settingsHash(plan, note.upTo)) return 'other_plan'
  const blocks = await readVolumeBlocks(sql, note)
  if (blocks.length !== note.blocks) return 'broken'
  try {
    const [memory, ...members] = await Promise.all(blocks.map(unpacked))
    const { fleet, count, streams, ...rest } = memory as Memory
    if (!goesOnFrom(streams, plan, note.upTo)) return 'other_plan'
    const all = new Map((members as (readonly [string, Member])[][]).flat())
    return all.size === count ? { ...rest, fleet: { ...fleet, members: all } } : 'broken'
  } catch {
    return 'broken'
  }
}

/** What the first block holds. */
interface Memory extends Omit<SavedVolume, 'fleet'> {
  readonly fleet: Omit<SavedFleet, 'members'>
  readonly count: number
  readonly streams: readonly StreamTerms[]
}

/**
 * Writes the state down in many small transactions, and makes it the valid one in the last. `state` must not change meanwhile.
 * Answers the bytes written. Throws where this process no longer leads; what was valid then stays it.
 */
export async function writeVolumeState(
  db: Database,
  plan: Plan,
  state: SavedVolume,
  assertLeads: (sql: Sql) => Promise<void>,
): Promise<number> {
  const before = await readVolumeNote(db)
  await dropBut(db, before?.generation ?? 0)
  const { fleet, ...rest } = state
  const { members, ...around } = fleet
  const memory: Memory = { ...rest, fleet: around, count: members.size, streams: streamTerms(plan) }
  const entries = [...members]
  const blocks = 1 + Math.ceil(entries.length / BLOCK)
  const upTo = hoursUpTo(state)
  const note: VolumeStateNote = {
    generation: (before?.generation ?? 0) + 1,
    blocks,
    upTo,
    format: formatHash(),
    plan: settingsHash(plan, upTo),
  }
  let written = 0
  for (let block = 0; block < blocks; block += 1) {
    const bytes = await packed(block === 0 ? memory : entries.slice((block - 1) * BLOCK, block * BLOCK))
    written += bytes.length
    await db.transaction(async (sql) => {
      await assertLeads(sql)
      await writeVolumeBlock(sql, note.generation, block, bytes)
      if (block === blocks - 1) await writeVolumeNote(sql, note)
    })
    await turn()
  }
  await dropBut(db, note.generation)
  return written
}

async function dropBut(db: Database, generation: number): Promise<void> {
  while ((await dropOtherGenerations(db, generation, BLOCK)) > 0) await turn()
}
