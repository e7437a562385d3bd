import type { KafkaLog } from './client.ts'
import { unreachable } from './cluster.ts'
import type { Member } from './member.ts'
import type { PartitionStanding } from './standing.ts'

/** Between two times that the broker is told of the positions. */
const COMMIT_EVERY = 5_000

/** Has the broker's committed offsets follow what is stored, for tools that show lag; nothing rests on them. `isLast`: without waiting. */
export function createFollowing(
  source: string,
  log: KafkaLog,
  standings: () => Iterable<PartitionStanding>,
): (to: Member, isLast?: boolean) => Promise<void> {
  const committed = new Map<string, number>()
  let committedAt = performance.now()
  return async (to, isLast = false) => {
    if (!isLast && performance.now() - committedAt < COMMIT_EVERY) return
    committedAt = performance.now()
    const moved = new Map(
      [...standings()].flatMap((standing) =>
        standing.stored() !== null && committed.get(standing.key) !== standing.offset()
          ? [[standing.key, standing.offset()] as const]
          : [],
      ),
    )
    try {
      await to.commit(moved)
      for (const [key, offset] of moved) committed.set(key, offset)
    } catch (error) {
      log.info({ source }, `the broker didn't take the positions: ${unreachable(error).message}`)
    }
  }
}
