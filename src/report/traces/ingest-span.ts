import type { Outcome } from '../../model/observation.ts'
import { type ArrivedRecord, positionInWords } from '../../model/record.ts'
import { readTraceparent } from '../../model/trace.ts'
import type { Messaging, PositionStep } from '../../observe/sources/source.ts'
import { ATTRIBUTE } from './names.ts'
import { MOST_LINKS, type SpanAttributes, type SpanLink, type SpanStart } from './span.ts'

/** A batch before it is observed. */
export interface BatchToTrace {
  readonly source: string
  readonly type: string
  readonly records: readonly ArrivedRecord[]
  readonly steps: readonly PositionStep[]
  /** What the messaging conventions want to know of a broker; null: the source isn't one. */
  readonly messaging: Messaging | null
}

/** Partitions and positions of a batch that a span names. */
const MOST_PARTITIONS = 64
const LONGEST_POSITION = 200

/**
 * The span of one batch's way into the store. Its producers are links, one for each span that sent records of it: a batch
 * has many parents, and a trace that a browser began isn't Assay's to go on with.
 */
export function ingestSpan(batch: BatchToTrace): SpanStart {
  const { source, type, records, steps, messaging } = batch
  const destination = destinationOf(batch)
  const named = steps.slice(0, MOST_PARTITIONS)
  const [only] = named
  return {
    name: `process ${destination}`,
    kind: 'consumer',
    attributes: {
      [ATTRIBUTE.operationName]: 'process',
      [ATTRIBUTE.operationType]: 'process',
      [ATTRIBUTE.destination]: destination,
      [ATTRIBUTE.batchCount]: records.length,
      [ATTRIBUTE.source]: source,
      [ATTRIBUTE.sourceType]: type,
      [ATTRIBUTE.partitions]: named.map(({ partition }) => partition.slice(-LONGEST_POSITION)),
      [ATTRIBUTE.positionsFrom]: named.map(({ from }) => (from ?? '').slice(0, LONGEST_POSITION)),
      [ATTRIBUTE.positionsTo]: named.map(({ to }) => to.slice(0, LONGEST_POSITION)),
      ...(messaging === null
        ? {}
        : { [ATTRIBUTE.system]: messaging.system, [ATTRIBUTE.consumerGroup]: messaging.group }),
      ...(only !== undefined && named.length === 1
        ? { [ATTRIBUTE.partition]: partitionId(messaging, only.partition) }
        : {}),
    },
    links: producerLinks(records, messaging),
  }
}

/** What became of a batch, once it is stored. */
export function ingestResult(outcomes: Readonly<Record<Outcome, number>>): SpanAttributes {
  return Object.fromEntries(Object.entries(outcomes).map(([outcome, count]) => [`assay.records.${outcome}`, count]))
}

/** The topic, where the batch has one; a batch of several topics goes by its source. */
function destinationOf({ source, steps, messaging }: BatchToTrace): string {
  const topics = new Set(
    messaging === null ? [] : steps.map(({ partition }) => messaging.placeOf(partition).destination),
  )
  const [topic] = topics
  return topic !== undefined && topics.size === 1 ? topic : source
}

function partitionId(messaging: Messaging | null, partition: string): string {
  return (messaging?.placeOf(partition).partition ?? partition).slice(-LONGEST_POSITION)
}

/** One link for each producer's span, with the first of its records; the first 128. */
function producerLinks(records: readonly ArrivedRecord[], messaging: Messaging | null): readonly SpanLink[] {
  const links = new Map<string, SpanLink>()
  let last: string | null = null
  for (const record of records) {
    const { traceparent = null, partition } = record
    // Records of one request follow each other.
    if (traceparent === null || traceparent === last || links.has(traceparent)) continue
    last = traceparent
    const to = readTraceparent(traceparent)
    if (to === null) continue
    const attributes = {
      [ATTRIBUTE.relation]: 'producer',
      [ATTRIBUTE.partition]: partitionId(messaging, partition),
      [ATTRIBUTE.position]: positionInWords(record).slice(0, LONGEST_POSITION),
    }
    links.set(traceparent, {
      to,
      attributes:
        messaging === null
          ? attributes
          : { ...attributes, [ATTRIBUTE.destination]: messaging.placeOf(partition).destination },
    })
    if (links.size === MOST_LINKS) break
  }
  return [...links.values()]
}
