import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { ArrivedRecord } from '../../src/model/record.ts'
import { DAY, HOUR } from '../../src/model/time.ts'
import { type FormatConfig, formatConfig } from '../../src/observe/decode/config.ts'
import { createDecoder } from '../../src/observe/decode/decode.ts'
import { parsePayload } from '../../src/observe/decode/parse.ts'
import { createSightings } from '../../src/observe/dedupe/sightings.ts'
import { type Observed, observeBatch } from '../../src/observe/observe.ts'
import { createInterner } from '../../src/observe/windows/interner.ts'
import { contractVersion, planWith } from '../support/contract.ts'
import { hostileArrival, hostilePayload } from '../support/hostile.ts'
import { seeded } from '../support/random.ts'
import { THOROUGH } from '../support/thorough.ts'

const CASES = THOROUGH ? 100_000 : 30_000
const BATCH = 500
const T = Date.UTC(2026, 0, 15, 10)

const plan = planWith({
  'Order Completed': [
    contractVersion({
      type: 'object',
      required: ['order_id', 'revenue'],
      properties: {
        order_id: { type: 'string', pattern: '^(o-)+\\d+$' },
        revenue: { type: 'number', minimum: 0, multipleOf: 0.01 },
        email: { type: 'string', format: 'email', 'x-pii': 'email' },
        tree: { $ref: '#/$defs/tree' },
      },
      additionalProperties: false,
      $defs: { tree: { type: 'object', additionalProperties: { $ref: '#/$defs/tree' } } },
    }),
  ],
  page: [contractVersion({ type: 'object', uniqueItems: true, patternProperties: { '^p': { type: 'integer' } } })],
})

const formats: FormatConfig[] = [
  formatConfig.parse({ type: 'segment' }),
  formatConfig.parse({ type: 'cloudevents' }),
  formatConfig.parse({
    type: 'json',
    event: '/event',
    id: '/messageId',
    body: '/properties',
    time: '/timestamp',
    app_version: '/context/app/version',
  }),
]

describe(`${CASES.toLocaleString('en')} hostile payloads (100,000 with ASSAY_REQUIRE=all)`, () => {
  it('never throw, are all counted, and leave memory flat', { timeout: 180_000 }, () => {
    const random = seeded(20_260_115)
    const decoders = formats.map(createDecoder)
    const interner = createInterner()
    const sightings = createSightings({ horizon: DAY, capacity: 20_000 })
    const collectGarbage = garbageCollector()
    let settled = 0

    for (let from = 0; from < CASES; from += BATCH) {
      const records: ArrivedRecord[] = []
      for (let n = 0; n < BATCH; n++) {
        const decode = random.next() < 0.8 ? decoders[0] : random.pick(decoders)
        const parsed = parsePayload(hostilePayload(random))
        const sent = random.next() < 0.5 ? null : { receipt: T, sentAt: random.next() < 0.5 ? null : T - 1_000 }
        const decoded = parsed.ok ? (decode?.(parsed.value, sent) ?? parsed) : parsed
        if (!('reason' in decoded) && !('event' in decoded)) throw new Error('no decoder')
        records.push({
          partition: `${random.below(3)}`,
          position: `line ${from + n}`,
          arrivedAt: hostileArrival(random, T),
          decoded,
        })
      }
      const batch = { source: 'web', records, manyPartitions: true }
      const observed = observeBatch(batch, { plan, interner, sightings: () => sightings, lateAfter: () => HOUR })
      addsUp(observed, records)
      isHarmless(observed)
      if (random.next() < 0.1) observed.discard()
      else observed.commit()
      if (from === CASES / 4) settled = collectGarbage()
    }

    expect(sightings.size()).toBeLessThanOrEqual(20_000)
    expect(collectGarbage() - settled).toBeLessThan(20e6)
    expect('polluted' in {}).toBe(false)
  })
})

/** Every record is in one outcome, one series' minute, one facet and, where there are partitions, one of them. */
function addsUp({ outcomes, delta, quarantined }: Observed, records: readonly ArrivedRecord[]): void {
  const sum = (counts: Iterable<number>) => [...counts].reduce((a, b) => a + b, 0)
  const received = (rows: readonly { readonly counts: { readonly received: number } }[]) =>
    sum(rows.map(({ counts }) => counts.received))
  expect(sum(Object.values(outcomes))).toBe(records.length)
  const implausible = quarantined.get('implausible_time') ?? 0
  expect(received(delta.windows)).toBe(records.length - implausible)
  const decodable = records.length - outcomes.undecodable
  expect(received(delta.facets.filter(({ facet }) => facet.partition === null))).toBe(decodable)
  expect(received(delta.facets.filter(({ facet }) => facet.partition !== null))).toBe(decodable)
  expect(sum(quarantined.values())).toBe(outcomes.invalid + outcomes.undecodable)
  for (const { counts } of delta.windows) {
    const { received: all, invalid, incomplete, identified, timed, duplicates, late } = counts
    if (Math.max(invalid, incomplete, identified, timed) > all || duplicates > identified || late > timed) {
      throw new Error(`a part is more than the whole: ${JSON.stringify(counts)}`)
    }
  }
}

/** What is written holds nothing private, nothing that a store refuses, and isn't large. */
function isHarmless({ delta, rejects, samples }: Observed): void {
  const names = [
    ...delta.windows.map(({ series }) => series.event),
    ...delta.facets.flatMap(({ facet }) => Object.values(facet)),
    ...delta.findings.flatMap(({ finding }) => Object.values(finding)),
    ...rejects.flatMap(({ event, position, violations }) => [
      event,
      position,
      ...violations.flatMap((one) => Object.values(one)),
    ]),
    ...samples.flatMap(({ event, properties }) => [event, ...properties.map(({ name }) => name)]),
  ].filter((name) => name !== null)
  const payloads = [...rejects, ...samples].map(({ payload }) => payload)
  for (const name of names) if (name.length > 401) throw new Error(`long name: ${name}`)
  for (const payload of payloads) if (payload.length > 16_000) throw new Error(`long payload: ${payload}`)
  for (const text of [...names, ...payloads.flatMap(textsIn)]) {
    if (/jane@example\.org|203\.0\.113\.7|\u0000/.test(text) || !text.isWellFormed())
      throw new Error(`harmful: ${text}`)
  }
}

function textsIn(payload: string): string[] {
  const texts: string[] = []
  JSON.parse(payload, (key, value) => {
    texts.push(key, ...(typeof value === 'string' ? [value] : []))
    return value
  })
  return texts
}

/** Bytes in use after everything that isn't has been given back. */
function garbageCollector(): () => number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return () => {
    collect()
    return process.memoryUsage().heapUsed
  }
}
