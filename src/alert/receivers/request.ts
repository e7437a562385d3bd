import type { SecretRef } from '../../config/secret.ts'

/** What goes over the wire, ready to be sent or shown. `url` `stdout:` is the console; `NONE`: nothing is sent, `body` says why. */
export interface RenderedRequest {
  readonly method: 'POST' | 'PRINT' | 'NONE'
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Gives a secret's value; for showing a request, its placeholder. */
export type Secrets = (ref: SecretRef) => string

/** `${env:NAME}` or `${file:PATH}`: what stands for a secret wherever a request is shown. */
export function secretPlaceholder(ref: SecretRef): string {
  return 'env' in ref ? `\${env:${ref.env}}` : `\${file:${ref.file}}`
}

/** A URL may be written out or be a secret itself. */
export function urlOf(url: string | SecretRef, secret: Secrets): string {
  return typeof url === 'string' ? url : secret(url)
}

export const JSON_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'user-agent': 'assay',
}
