import { createDecoder, type Decode } from '../../decode/decode.ts'
import { isObject } from '../../decode/text.ts'

/** Where events that nobody configured usually carry what matters; the first that is there counts. */
const NAMES = ['event', 'name', 'type'] as const
const IDS = ['id', 'messageId'] as const
const TIMES = ['timestamp', 'time'] as const
const BODIES = ['properties', 'data'] as const

export const PLAIN_EXPECTED =
  'an object with its name under "event", "name" or "type" (and, where it has them, "id" or "messageId", "timestamp" or "time", and its properties under "properties" or "data", else the whole object)'

/** A decoder for plain JSON without configured pointers: those are chosen by what an object holds. */
export function createPlainDecoder(): Decode {
  const decoders = new Map<string, Decode>()
  return (value, collected) => {
    const event = firstNamed(value) ?? NAMES[0]
    const id = firstPresent(value, IDS) ?? IDS[0]
    const time = firstPresent(value, TIMES) ?? TIMES[0]
    const body = firstPresent(value, BODIES)
    const shape = `${event} ${id} ${time} ${body ?? ''}`
    let decoder = decoders.get(shape)
    if (decoder === undefined) {
      const pointers = { event: `/${event}`, id: `/${id}`, time: `/${time}`, body: body === null ? '' : `/${body}` }
      decoder = createDecoder({ type: 'json', ...pointers })
      decoders.set(shape, decoder)
    }
    return decoder(value, collected)
  }
}

function firstNamed(value: unknown): string | null {
  if (!isObject(value)) return null
  return (
    NAMES.find((name) => Object.hasOwn(value, name) && typeof value[name] === 'string' && value[name] !== '') ?? null
  )
}

function firstPresent<Name extends string>(value: unknown, names: readonly Name[]): Name | null {
  if (!isObject(value)) return null
  return names.find((name) => Object.hasOwn(value, name) && value[name] !== null) ?? null
}
