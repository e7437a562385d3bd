import { DAY, HOUR, type Instant, iso, MINUTE, SECOND } from '../../../model/time.ts'
import { type Chance, chanceOf } from './chance.ts'
import { type Client, clientOf, contextOf } from './clients.ts'
import { type Properties, SHOP, type ShopEvent } from './shop.ts'
import { HISTORY_SCALE, historyChapter } from './history.ts'
import { type Chapter, chapterOf, type Fault } from './story.ts'

export interface TrafficOptions {
  /** Whether anything goes wrong beyond the odd mistake; default true. */
  readonly faults?: boolean
  /** Minutes of ordinary days before the story, of a smaller shop; default 0. */
  readonly history?: number
}

/** A message as Segment's archives keep it. */
export interface Message {
  readonly type: 'track'
  readonly event: string
  readonly messageId: string
  readonly anonymousId: string
  readonly timestamp: string
  readonly receivedAt: string
  readonly context: Readonly<Record<string, unknown>>
  readonly properties: Properties
}

/** Everything the shop sends in one minute of its story, by arrival. The same numbers give the same messages. */
export function demoMinute(
  seed: number,
  anchor: Instant,
  minute: number,
  options: TrafficOptions = {},
): readonly Message[] {
  const { faults = true, history = 0 } = options
  const chapter = minute < history ? historyChapter(history - minute) : chapterOf(minute - history, faults)
  const scale = history > 0 ? HISTORY_SCALE : 1
  const start = anchor + minute * MINUTE
  const messages: Message[] = []
  for (const [index, shopEvent] of SHOP.entries()) {
    messages.push(...messagesOf(shopEvent, index, { seed, start, minute, chapter, scale }))
  }
  // ISO times of one length sort as text.
  return messages.sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : a.receivedAt > b.receivedAt ? 1 : 0))
}

/** How many messages of an event arrive in a minute, when, and what is odd about one of them. Cheap: no message is made. */
export interface Arrivals {
  readonly count: number
  /** Of the first; the others follow evenly. */
  readonly offset: number
  readonly oddity: { readonly kind: 'spoilt' | 'twice' | 'late'; readonly index: number } | null
}

/** The clean traffic of one event of the shop in a minute. */
export function arrivalsOf(shopEvent: ShopEvent, index: number, seed: number, start: Instant, scale = 1): Arrivals {
  const chance = chanceOf(seed, start / MINUTE, index)
  const count = Math.max(1, Math.floor(shopEvent.perMinute * scale * busyness(start) + chance.next()))
  const offset = chance.next()
  const lot = chance.next() * 10_000
  const { spoilt, twice, late } = shopEvent.noise
  const kind = (
    [
      ['spoilt', spoilt * count],
      ['twice', (spoilt + twice) * count],
      ['late', (spoilt + twice + late) * count],
    ] as const
  ).find(([, upTo]) => lot < upTo)?.[0]
  return { count, offset, oddity: kind === undefined ? null : { kind, index: chance.below(count) } }
}

/** Of the busiest hour: 1 at four in the afternoon (UTC), 0.4 at four in the morning. */
function busyness(at: Instant): number {
  return 0.7 - 0.3 * Math.cos((2 * Math.PI * ((at % DAY) - 4 * HOUR)) / DAY)
}

interface Scene {
  readonly seed: number
  readonly start: Instant
  readonly minute: number
  readonly chapter: Chapter
  /** Of the shop's size. */
  readonly scale: number
}

/** Of the messages of a client that sends fewer. */
const LOST = 0.7
const NO_FAULT = { fault: null, isFirst: false } as const
/** A message sent once more comes this much later, but within its minute. */
export const RETRY = 2 * SECOND

function messagesOf(shopEvent: ShopEvent, index: number, scene: Scene): Message[] {
  const { seed, start, minute, chapter, scale } = scene
  const { event } = shopEvent
  const { fault, isFirst } = chapter.faults.find((running) => running.fault.event === event) ?? NO_FAULT
  if (fault?.kind === 'silent') return []
  const { count, offset, oddity } = arrivalsOf(shopEvent, index, seed, start, scale)
  const odd = chapter.calm.has(event) ? null : oddity
  const chance = chanceOf(seed, start / MINUTE, index, 1)
  const messages: Message[] = []
  for (let n = 0; n < count; n++) {
    const arrival = start + Math.floor(((n + offset) * MINUTE) / count)
    const own = odd?.index === n ? odd.kind : null
    // The first message of a fault's first minute shows it, so that it can be said to the minute when it began.
    const drawn = clientOf(chance, chapter.rollouts)
    const client = isFirst && n === 0 && fault !== null ? culprit(fault, drawn) : drawn
    const properties = shopEvent.properties(chance)
    const isBad = fault !== null && isOf(client, fault.client)
    if (isBad && fault.kind === 'fewer' && chance.next() < LOST) continue
    if (isBad) spoil(properties, fault)
    if (own === 'spoilt') Object.assign(properties, shopEvent.spoil)
    const message: Message = {
      type: 'track',
      event,
      messageId: messageId(chance, minute, index, n),
      anonymousId: `visitor-${chance.below(5_000)}`,
      timestamp: iso(arrival - happened(chance, own === 'late')),
      receivedAt: iso(arrival),
      context: contextOf(client),
      properties,
    }
    messages.push(message)
    const repeats = own === 'twice' ? 1 : isBad && fault.kind === 'repeated' ? 2 : 0
    for (let again = 1; again <= repeats; again++) {
      messages.push({ ...message, receivedAt: iso(Math.min(start + MINUTE - 1, arrival + again * RETRY)) })
    }
  }
  return messages
}

function isOf(client: Client, bad: Fault['client']): boolean {
  return bad !== null && client.platform === bad.platform && (bad.version === null || client.version === bad.version)
}

/** A client that shows the fault. */
function culprit({ client }: Fault, drawn: Client): Client {
  if (client === null || isOf(drawn, client)) return drawn
  return { platform: client.platform, version: client.version ?? USUAL[client.platform] }
}

const USUAL = { web: '7.8.1', ios: '4.2.1', android: '4.2.1' } as const

function spoil(properties: Properties, { kind, property }: Fault): void {
  if (property === null) return
  if (kind === 'wrong_type') properties[property] = String(properties[property])
  if (kind === 'unfilled') properties[property] = ''
  if (kind === 'missing') delete properties[property]
}

/** How long before its arrival something happened: seconds, or most of an hour for a phone that was offline. */
function happened(chance: Chance, late: boolean): number {
  return late ? (10 + chance.below(45)) * MINUTE : 300 + Math.floor(chance.next() ** 4 * 20_000)
}

/** In the form of a UUID; the minute, event and number in it make it the only one. */
function messageId(chance: Chance, minute: number, index: number, n: number): string {
  const at = minute.toString(16).padStart(7, '0').slice(-7)
  const which = (index * 256 + n).toString(16).padStart(3, '0').slice(-3)
  return `${chance.hex(8)}-${at.slice(3)}-4${at.slice(0, 3)}-a${which}-${chance.hex(6)}${chance.hex(6)}`
}
