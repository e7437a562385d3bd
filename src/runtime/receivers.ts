import type { RoutesConfig } from '../alert/config.ts'
import { createReceiver, type Receiver } from '../alert/receivers/receiver.ts'
import { readSecret } from '../config/secret.ts'
import type { Instant } from '../model/time.ts'

/** The configured receivers; one whose secret is unset is disabled and says so. */
export function createReceivers(
  { receivers }: RoutesConfig,
  world: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly write: (text: string) => void
    readonly now: () => Instant
  },
): readonly Receiver[] {
  return receivers.map((config) =>
    createReceiver(config, { readSecret: (ref) => readSecret(ref, world.env), write: world.write, now: world.now }),
  )
}
