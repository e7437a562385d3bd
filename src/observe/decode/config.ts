import { z } from 'zod'

/** A JSON pointer (RFC 6901): `/context/app/version`; empty: the whole document. */
const pointer = z.string().regex(/^(\/([^~/]|~[01])*)*$/, {
  error: 'must be a JSON pointer such as /context/app/version ("" is the whole document)',
})

const pointers = {
  id: pointer.optional(),
  time: pointer.optional(),
  received_at: pointer.optional(),
  app_version: pointer.optional(),
  platform: pointer.optional(),
  library: pointer.optional(),
}

/** How a source's payloads are read. Pointers, where given, win over the place where the format keeps the thing. */
export const formatConfig = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('segment'),
    event: pointer.optional(),
    body: pointer.optional(),
    ...pointers,
  }),
  z.strictObject({
    type: z.literal('cloudevents'),
    event: pointer.optional(),
    body: pointer.optional(),
    ...pointers,
  }),
  z.strictObject({ type: z.literal('json'), event: pointer, body: pointer.default(''), ...pointers }),
])
export type FormatConfig = z.infer<typeof formatConfig>
