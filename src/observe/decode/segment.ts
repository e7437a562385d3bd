import type { Decoded, Dimensions } from '../../model/record.ts'
import type { Instant } from '../../model/time.ts'
import { dimensionsOf, readVersion, rememberingDimensions } from './dimensions.ts'
import { readInstant } from './instant.ts'
import { isObject, type JsonObject, readId, readName } from './text.ts'

/** What our own collector knows of a record beside its payload. */
export interface Collected {
  /** When the last byte of the request had been read. */
  readonly receipt: Instant
  /** When the client sent it, by the client's clock; null: not said. */
  readonly sentAt: Instant | null
}

const NOTHING: JsonObject = {}

/**
 * A message of Segment's spec. `track`, `page`, `screen` are judged by `properties`, `identify` and `group` by `traits`;
 * a call without an `event` is named after its type. `named`: what it is called if that isn't for the message to say. Null: it
 * has no name.
 */
export function decodeSegment(
  message: JsonObject,
  collected: Collected | null,
  named: string | null = null,
): Decoded | null {
  const type = message['type']
  const event = named ?? readName(message['event']) ?? readName(type)
  if (event === null) return null
  const context = isObject(message['context']) ? message['context'] : NOTHING
  return {
    ok: true,
    event,
    id: readId(message['messageId']),
    body: bodyOf(message, type),
    eventTime: eventTimeOf(message, collected),
    receivedAt: collected === null ? readInstant(message['receivedAt']) : collected.receipt,
    dimensions: readDimensions(context),
    envelope: message,
  }
}

function bodyOf(message: JsonObject, type: unknown): unknown {
  const properties = message['properties']
  const traits = message['traits']
  if (type === 'identify' || type === 'group') return traits ?? NOTHING
  return properties ?? (type === 'alias' ? traits : undefined) ?? NOTHING
}

/**
 * At our collector: receipt − (sentAt − timestamp), in which the client's clock cancels out (Segment Spec, "Common
 * fields"). Else, and in archives, whose `timestamp` is corrected already, as it stands.
 */
function eventTimeOf(message: JsonObject, collected: Collected | null): Instant | null {
  const timestamp = readInstant(message['timestamp'] ?? message['originalTimestamp'])
  if (timestamp === null || collected === null || collected.sentAt === null) return timestamp
  return collected.receipt - (collected.sentAt - timestamp)
}

function readDimensions(context: JsonObject): Dimensions {
  const { app, device, library: of, platform } = context
  const library = isObject(of) ? of['name'] : null
  const version = isObject(app) ? app['version'] : null
  const said = typeof platform === 'string' && platform !== '' ? platform : isObject(device) ? device['type'] : null
  return remembered(said, version, library)
}

/** As senders wrote them: the same few come again and again, and cleaning each by itself takes three times as long. */
const remembered = rememberingDimensions((platform, version, library) => {
  const name = readName(library)
  return dimensionsOf(readName(platform) ?? platformOf(name), readVersion(version), name)
})

/** Words in the official libraries' names, and the platform they run on. The first that is among a name's words counts. */
const PLATFORMS: readonly (readonly [string, string])[] = [
  ['flutter', 'flutter'],
  ['android', 'android'],
  ['kotlin', 'android'],
  ['ios', 'ios'],
  ['swift', 'ios'],
  ['apple', 'ios'],
  ['next', 'web'],
  ['js', 'web'],
  ['javascript', 'web'],
  ['browser', 'web'],
  ['web', 'web'],
  ['node', 'server'],
  ['python', 'server'],
  ['ruby', 'server'],
  ['java', 'server'],
  ['go', 'server'],
  ['php', 'server'],
  ['net', 'server'],
  ['csharp', 'server'],
  ['rust', 'server'],
]

const REMEMBERED = 1_000
const platforms = new Map<string, string | null>()

function platformOf(library: string | null): string | null {
  if (library === null) return null
  const known = platforms.get(library)
  if (known !== undefined) return known
  const words = library.toLowerCase().split(/[^a-z0-9]+/)
  const native = words.includes('react') && words.includes('native') ? 'react-native' : null
  const platform = native ?? PLATFORMS.find(([word]) => words.includes(word))?.[1] ?? null
  if (platforms.size < REMEMBERED) platforms.set(library, platform)
  return platform
}
