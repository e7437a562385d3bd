import type { EventSample } from '../model/sample.ts'
import type { SeriesKey } from '../model/window.ts'
import { placeholders, readListed, writeRows } from './rows.ts'
import type { Sql, SqlValue } from './sql.ts'
import { boundedText } from './text.ts'

type Property = EventSample['properties'][number]

/** Properties kept of one name: hostile payloads have as many as they like. */
const MOST_PROPERTIES = 200
/** Types kept of one property. */
const MOST_TYPES = 8

const putSamples = (count: number) => `insert into sample (source, kind, event, arrived_at, document)
  values ${placeholders(count, 5)}
  on conflict (source, kind, event) do update set arrived_at = excluded.arrived_at, document = excluded.document`

/** Merges samples into those stored, in the order of their keys, so that two writers don't deadlock. */
export async function mergeSamples(sql: Sql, samples: readonly EventSample[]): Promise<void> {
  const merged = new Map<string, EventSample>()
  for (const sample of samples) {
    const key = keyOf(sample).join('\u0000')
    const other = merged.get(key)
    merged.set(key, other === undefined ? sample : mergeSample(other, sample))
  }
  const stored = await storedSamples(sql, [...merged.values()])
  const values: SqlValue[] = []
  for (const [key, sample] of [...merged].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const before = stored.get(key) ?? { ...sample, properties: [] }
    const whole = mergeSample(before, sample)
    values.push(...keyOf(sample), whole.arrivedAt, JSON.stringify(whole))
  }
  await writeRows(sql, 5, values, putSamples)
}

/** What is stored of these names, by key: one round trip a source. */
async function storedSamples(sql: Sql, samples: readonly EventSample[]): Promise<Map<string, EventSample>> {
  const found = new Map<string, EventSample>()
  for (const source of new Set(samples.map((sample) => sample.source))) {
    const events = new Set(samples.filter((sample) => sample.source === source).map((sample) => keyOf(sample)[2]))
    const rows = await readListed<SeriesKey & { document: string }>(
      sql,
      [...events],
      (list) => `select source, kind, event, document from sample
        where event in (${list}) and kind in ('planned', 'unplanned', 'undecodable') and source = ?`,
      [boundedText(source, 256)],
    )
    for (const row of rows) found.set(keyOf(row).join('\u0000'), JSON.parse(row.document) as EventSample)
  }
  return found
}

/** What is known of a name in a source; null: nothing yet. */
export async function readSample(sql: Sql, key: SeriesKey): Promise<EventSample | null> {
  const [row] = await sql.all<{ document: string }>(
    'select document from sample where source = ? and kind = ? and event = ?',
    keyOf(key),
  )
  return row === undefined ? null : (JSON.parse(row.document) as EventSample)
}

/** The newer payload, and the profiles added up. */
function mergeSample(a: EventSample, b: EventSample): EventSample {
  const [older, newer] = a.arrivedAt <= b.arrivedAt ? [a, b] : [b, a]
  return {
    ...newer,
    invalidPayload: newer.invalidPayload ?? older.invalidPayload,
    properties: mergeProperties(a.properties, b.properties),
  }
}

function mergeProperties(a: readonly Property[], b: readonly Property[]): Property[] {
  const byName = new Map(a.slice(0, MOST_PROPERTIES).map((property) => [property.name, property]))
  for (const property of b) {
    const known = byName.get(property.name)
    if (known === undefined && byName.size >= MOST_PROPERTIES) continue
    byName.set(property.name, known === undefined ? property : mergeProperty(known, property))
  }
  return [...byName.values()]
}

function mergeProperty(a: Property, b: Property): Property {
  const types = new Map(Object.entries(a.types))
  for (const [type, count] of Object.entries(b.types)) {
    if (types.has(type) || types.size < MOST_TYPES) types.set(type, (types.get(type) ?? 0) + count)
  }
  return { ...b, types: Object.fromEntries(types), filled: a.filled + b.filled, seen: a.seen + b.seen }
}

function keyOf({ source, kind, event }: SeriesKey): [string, string, string] {
  return [boundedText(source, 256), kind, boundedText(event, 256)]
}
