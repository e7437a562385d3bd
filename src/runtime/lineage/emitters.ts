import { resolve } from 'node:path'
import { send } from '../../alert/receivers/send.ts'
import { readSecret } from '../../config/secret.ts'
import { type Instant, SECOND } from '../../model/time.ts'
import type { LineageConfig } from '../../report/lineage/config.ts'
import type { Emitter } from '../../report/lineage/transports/emitter.ts'
import { createFileEmitter } from '../../report/lineage/transports/file.ts'
import { createHttpEmitter } from '../../report/lineage/transports/http.ts'

const ENDPOINT = 'api/v1/lineage'
const DEADLINE = 5 * SECOND

/** The configured emitters; `disabled`: why others can't be used, by name. */
export interface Emitters {
  readonly emitters: readonly Emitter[]
  readonly disabled: ReadonlyMap<string, string>
}

/** Makes what a configuration asks for. One whose secret is unset is disabled and says so. */
export function createEmitters(
  config: LineageConfig | undefined,
  world: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly root: string
    readonly now: () => Instant
  },
): Emitters {
  const emitters: Emitter[] = []
  const disabled = new Map<string, string>()
  const { http, endpoint = ENDPOINT, api_key: key, file } = config ?? {}
  if (http !== undefined) {
    const url = typeof http === 'string' ? { value: http } : readSecret(http, world.env)
    const apiKey = key === undefined ? { value: null } : readSecret(key, world.env)
    if ('missing' in url) disabled.set('http', url.missing)
    else if ('missing' in apiKey) disabled.set('http', apiKey.missing)
    else if (addressProblem(url.value) !== null) disabled.set('http', addressProblem(url.value) ?? '')
    else {
      const { now } = world
      emitters.push(
        createHttpEmitter({ url: url.value, endpoint, apiKey: apiKey.value, post: send, now, deadline: DEADLINE }),
      )
    }
  }
  if (file !== undefined) emitters.push(createFileEmitter({ path: resolve(world.root, file) }))
  return { emitters, disabled }
}

/** Why nothing can be posted to an address; null: it can. */
function addressProblem(address: string): string | null {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'its address is not one of http or https'
  return url.username === '' && url.password === '' ? null : 'its address holds a user or password: use api_key'
}
