import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether a key that was offered may send here. Takes the same time wherever keys differ. */
export type KeyCheck = (offered: string | null) => boolean

/** Without configured keys (null) any key, and none at all, is right. */
export function createKeyCheck(writeKeys: readonly string[] | null): KeyCheck {
  if (writeKeys === null) return () => true
  const known = writeKeys.map(digest)
  return (offered) => {
    if (offered === null) return false
    const given = digest(offered)
    let right = false
    for (const key of known) right = timingSafeEqual(key, given) || right
    return right
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The key in an `Authorization` header: the user of basic auth (as Segment's SDKs send it) or a bearer token; null: none. */
export function offeredKey(authorization: string | undefined): string | null {
  const [, scheme = '', credentials = ''] = /^\s*(basic|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '') ?? []
  if (scheme === '') return null
  if (scheme.toLowerCase() === 'bearer') return credentials
  const text = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? text : text.slice(0, colon)
}
