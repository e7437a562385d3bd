import type { Receiver } from '../alert/receivers/receiver.ts'
import type { Project } from '../config/project.ts'
import type { Instant } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import type { Addresses } from '../report/lineage/dataset.ts'
import { addressesOf } from './addresses.ts'
import type { Configuration } from './daemon.ts'
import { createReceivers } from './receivers.ts'

/** The configuration that the daemon works by, and what is made of it alone. Every part asks anew each time: a reload replaces it under them. */
export interface InForce {
  readonly project: () => Project
  readonly plan: () => Plan
  readonly receivers: () => readonly Receiver[]
  readonly receiverNames: () => readonly string[]
  readonly addresses: () => Addresses
  /** Takes the place of what was in force. */
  readonly use: (configuration: Configuration) => void
  /** Says where the HTTP server is reached, which is known once it listens. */
  readonly reachedAt: (url: string) => void
}

export function createInForce(
  first: Configuration,
  world: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly write: (text: string) => void
    readonly now: () => Instant
    /** Where the HTTP server is reached until it is known better. */
    readonly url: string
  },
): InForce {
  let { url } = world
  let current = made(first)

  function made({ project, plan }: Configuration) {
    return {
      project,
      plan,
      receivers: createReceivers(project.routes.value, world),
      addresses: addressesOf(project, url, world.env),
    }
  }

  return {
    project: () => current.project,
    plan: () => current.plan,
    receivers: () => current.receivers,
    receiverNames: () => current.receivers.map(({ name }) => name),
    addresses: () => current.addresses,
    use: (configuration) => {
      current = made(configuration)
    },
    reachedAt: (known) => {
      url = known
      current = { ...current, addresses: addressesOf(current.project, url, world.env) }
    },
  }
}
