import { z } from 'zod'

/** Where a secret is found; never its value. */
export type SecretRef = { readonly env: string } | { readonly file: string }

export const secretRef = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  z.strictObject({ file: z.string().min(1) }),
])
