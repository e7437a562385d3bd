import type { AssayConfig } from '../config/schema.ts'
import { readSecret, type SecretRef } from '../config/secret.ts'
import { Failure } from '../model/failure.ts'
import type { StoreConfig } from '../store/open.ts'

type Env = Readonly<Record<string, string | undefined>>

/** The store's configuration with its secret in place. `root`: where relative paths start. Throws `bad_input` where the secret is unset. */
export function storeConfigOf(
  store: AssayConfig['store'],
  root: string,
  env: Env,
  join: (root: string, path: string) => string,
): StoreConfig {
  if (store.type === 'sqlite')
    return { type: 'sqlite', path: store.path === ':memory:' ? store.path : join(root, store.path) }
  return { type: 'postgres', url: typeof store.url === 'string' ? store.url : required(store.url, 'store.url', env) }
}

/** A secret that nothing works without. */
export function required(ref: SecretRef, what: string, env: Env): string {
  const read = readSecret(ref, env)
  if ('value' in read) return read.value
  throw new Failure('bad_input', `${what} can't be had: ${read.missing}.`, {
    remedy: 'Set it, or take it out of assay.yaml.',
  })
}

/** Where a warehouse is; why it can't be read, where its secret is unset. */
export function warehouseUrlOf(
  url: AssayConfig['warehouses'][number]['url'],
  env: Env,
): { readonly url: string } | { readonly disabled: string } {
  if (typeof url === 'string') return { url }
  const read = readSecret(url, env)
  return 'value' in read ? { url: read.value } : { disabled: read.missing }
}

/** The keys that senders must show; `keys` null: none is asked for. */
export interface WriteKeys {
  readonly keys: readonly string[] | null
  readonly disabled: string | null
}

/** The collectors' write keys; null where none is configured. `disabled`: why they can't collect, where keys are configured and none is set: that would let everybody in. */
export function writeKeysOf(refs: readonly SecretRef[] | undefined, env: Env): WriteKeys {
  if (refs === undefined || refs.length === 0) return { keys: null, disabled: null }
  const read = refs.map((ref) => readSecret(ref, env))
  const keys = read.flatMap((one) => ('value' in one ? [one.value] : []))
  const missing = read.flatMap((one) => ('missing' in one ? [one.missing] : []))
  return keys.length > 0
    ? { keys, disabled: null }
    : { keys: null, disabled: `no write key is set (${missing.join('; ')})` }
}
