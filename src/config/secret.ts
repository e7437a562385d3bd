import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'

/** Where a secret is found; never its value. */
export type SecretRef = { readonly env: string } | { readonly file: string }

const HOW = 'must say where the secret is found, never the secret itself: { env: NAME } or { file: PATH }'

/** `{ env: NAME }` or `{ file: PATH }`. The value given in its place is never part of the complaint. */
export const secretRef: z.ZodType<SecretRef> = z.union(
  [z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }), z.strictObject({ file: z.string().min(1) })],
  { error: HOW },
)

const ADDRESS =
  'must be an address such as https://example.org/path, or where to find it: { env: NAME } or { file: PATH }'

/** An address as text, or where it is found if it holds a secret. */
export const urlOrSecret = z.union([z.url({ protocol: /^https?$/, error: ADDRESS }), secretRef], { error: ADDRESS })

/** Reads a secret, without the line break that editors leave at a file's end; `missing` says why it can't be had. */
export function readSecret(
  ref: SecretRef,
  env: Readonly<Record<string, string | undefined>>,
): { readonly value: string } | { readonly missing: string } {
  if ('env' in ref) {
    const value = env[ref.env]
    return value === undefined || value === '' ? { missing: `environment variable ${ref.env} is not set` } : { value }
  }
  try {
    const value = readFileSync(ref.file, 'utf8').trim()
    return value === '' ? { missing: `file ${ref.file} is empty` } : { value }
  } catch {
    return { missing: `file ${ref.file} cannot be read` }
  }
}

/** The same configuration, in which files of secrets are named from the root: paths in it start in the project's folder. */
export function resolveSecretFiles<Value>(value: Value, root: string): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => resolveSecretFiles(item, root)) as Value
  const entries = Object.entries(value)
  const [only] = entries
  if (entries.length === 1 && only?.[0] === 'file' && typeof only[1] === 'string') {
    return { file: resolve(root, only[1]) } as Value
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, resolveSecretFiles(inner, root)])) as Value
}
