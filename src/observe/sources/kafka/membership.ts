import { createRequire } from 'node:module'

/** The name under which a group's coordinator knows this process. It outlives the client that was given it. */
export interface Membership {
  /** Has the next client of the group come back under the name that the last one had, if it didn't leave. */
  readonly comeBack: (group: string) => void
  readonly joined: (memberId: string) => void
  /** The name isn't to be used any more. */
  readonly drop: () => void
}

/** The client's view of its group, as far as it is used here. */
interface ConsumerGroup {
  readonly groupId: string
  memberId: string | null
}

interface ConsumerGroupPrototype {
  connect: (this: ConsumerGroup) => Promise<void>
}

/** By group: who comes back with the next client. */
const names = new Map<string, string>()
const mended = new WeakSet<ConsumerGroupPrototype>()

/**
 * A client that gave up on a coordinator that died couldn't leave the group. The next coordinator waits for it until its session
 * ends, and lets nobody read meanwhile; under its old name the next client is let in at once. Where the name isn't known any
 * more, the client (kafkajs 2.2.4) takes a new one.
 */
export function createMembership(): Membership {
  let name: string | null = null
  return {
    comeBack: (group) => {
      if (name === null) names.delete(group)
      else names.set(group, name)
    },
    joined: (memberId) => {
      name = memberId
    },
    drop: () => {
      name = null
    },
  }
}

/** Teaches the client, whose interface knows no names, to come back under the one that is kept. */
export function mendMemberships(): void {
  const inner = createRequire(import.meta.url)
  const { prototype } = inner('kafkajs/src/consumer/consumerGroup.js') as { readonly prototype: ConsumerGroupPrototype }
  if (mended.has(prototype)) return
  mended.add(prototype)
  const { connect } = prototype
  prototype.connect = function () {
    this.memberId = names.get(this.groupId) ?? this.memberId
    names.delete(this.groupId)
    return connect.call(this)
  }
}
