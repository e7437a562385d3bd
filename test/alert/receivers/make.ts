import type { ReceiverConfig } from '../../../src/alert/config.ts'
import { createReceiver, type Receiver } from '../../../src/alert/receivers/receiver.ts'
import { NOON } from '../sample.ts'

/** A receiver whose secrets come from `env`. */
export function receiverOf(
  config: ReceiverConfig,
  env: Readonly<Record<string, string>> = {},
  more: { deadline?: number; write?: (text: string) => void } = {},
): Receiver {
  return createReceiver(config, {
    readSecret: (ref) => {
      const value = 'env' in ref ? env[ref.env] : undefined
      return value === undefined ? { missing: `${'env' in ref ? ref.env : ref.file} is not set` } : { value }
    },
    write: more.write ?? (() => undefined),
    now: () => NOON,
    deadline: more.deadline ?? 5_000,
  })
}

export const ROUTING_KEY = '0123456789abcdef0123456789abcdef'
export const NEVER = new AbortController().signal
