import { z } from 'zod'

/** Text that says something. */
export const text = z.string().min(1, { error: 'must not be empty' })

/** A name that becomes part of ids, labels and addresses: one line, not longer than 200 characters. */
export const name = text
  .max(200, { error: 'must not be longer than 200 characters' })
  .refine((value) => value.trim() === value && !/[\u0000-\u001f\u007f]/.test(value), {
    error: 'must be one line without spaces around it',
  })

/** An id that people type: letters, digits, `.`, `_`, `-`. */
export const id = text.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
  error: 'must be letters, digits, ".", "_" or "-", starting with a letter or digit, 100 at most',
})
