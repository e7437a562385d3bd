import type { Incident } from '../../src/model/incident.ts'
import { DAY, floorTo, HOUR, type Instant, MINUTE } from '../../src/model/time.ts'
import type { Verdict } from '../../src/model/verdict.ts'
import type { Database, SqlValue } from '../../src/store/sql.ts'
import { NOW } from './plan.ts'

const COUNTS = 'received, invalid, incomplete, identified, duplicates, timed, late, backfilled, last_arrival'

/** Rows as ingestion writes them: `received` records an hour for a day and by the minute for the last one. */
export async function addTraffic(
  db: Database,
  name: string,
  options: {
    kind?: 'planned' | 'unplanned' | 'undecodable'
    source?: string
    perHour?: number
    invalidEach?: number
    now?: Instant
  } = {},
): Promise<void> {
  const { kind = 'planned', source = 'web', perHour = 60, invalidEach = 0, now = NOW } = options
  await db.transaction(async (sql) => {
    await sql.run('insert into series (source, kind, event) values (?, ?, ?)', [source, kind, name])
    const [row] = await sql.all<{ id: number }>('select id from series where source = ? and kind = ? and event = ?', [
      source,
      kind,
      name,
    ])
    const id = row?.id ?? 0
    const facets = kind === 'planned' ? await facetIds(sql) : []
    const counts = (received: number, end: Instant): SqlValue[] => [
      received,
      invalidEach,
      0,
      received,
      1,
      received,
      2,
      0,
      end,
    ]
    const marks = (count: number) => Array.from({ length: count }, () => '?').join(', ')
    const add = (table: string, start: Instant, received: number, end: Instant) =>
      sql.run(`insert into ${table} (series, start, writer, seq, ${COUNTS}) values (${marks(13)})`, [
        id,
        start,
        1,
        1,
        ...counts(received, end),
      ])
    const hour = floorTo(now, HOUR)
    await add('window_day', floorTo(now, DAY), perHour * 24, now - 5_000)
    for (let back = 0; back < 24; back++) {
      const start = hour - back * HOUR
      const end = back === 0 ? now - 5_000 : start + HOUR - 1
      await add('window_hour', start, perHour, end)
      for (const facet of facets) {
        const share = Math.round(perHour / facets.length)
        await sql.run(`insert into facet_hour (series, start, facet, writer, ${COUNTS}) values (${marks(13)})`, [
          id,
          start,
          facet,
          1,
          ...counts(share, end),
        ])
      }
    }
    for (let start = floorTo(now, MINUTE) - 14 * MINUTE; start <= now; start += MINUTE) {
      await add('window_minute', start, Math.ceil(perHour / 60), Math.min(start + MINUTE - 1, now - 5_000))
    }
  })
}

const FACETS = [
  { platform: 'web', appVersion: null, library: 'analytics.js', partition: null },
  { platform: 'ios', appVersion: '4.3.0', library: 'analytics-ios', partition: null },
  { platform: 'android', appVersion: '4.2.0', library: 'analytics-android', partition: null },
] as const

async function facetIds(sql: Pick<Database, 'all' | 'run'>): Promise<number[]> {
  for (const facet of FACETS) {
    await sql.run(
      `insert into facet (platform, app_version, library, partition_key, document) values (?, ?, ?, '', ?) on conflict do nothing`,
      [facet.platform, facet.appVersion ?? '', facet.library, JSON.stringify(facet)],
    )
  }
  return (await sql.all<{ id: number }>('select id from facet order by id')).map(({ id }) => id)
}

export async function addSample(db: Database, kind: string, event: string, properties: object): Promise<void> {
  const profile = Object.entries(properties).map(([name, value]) => ({
    name,
    types: { [typeof value]: 12 },
    filled: 12,
    seen: 12,
  }))
  const payload = JSON.stringify({ type: 'track', event, properties })
  const document = {
    source: 'web',
    kind,
    event,
    arrivedAt: NOW - 5_000,
    payload,
    invalidPayload: null,
    properties: profile,
  }
  await db.run('insert into sample (source, kind, event, arrived_at, document) values (?, ?, ?, ?, ?)', [
    'web',
    kind,
    event,
    NOW - 5_000,
    JSON.stringify(document),
  ])
}

export async function addVerdicts(db: Database, verdicts: readonly Verdict[]): Promise<void> {
  await db.transaction(async (sql) => {
    for (const verdict of verdicts) {
      await sql.run('insert into slo_state (slo, evaluated_until, document) values (?, ?, ?)', [
        verdict.slo,
        verdict.at,
        JSON.stringify({ verdict, rows: [] }),
      ])
      await sql.run('insert into verdict (slo, at, document) values (?, ?, ?)', [
        verdict.slo,
        verdict.at,
        JSON.stringify(verdict),
      ])
    }
  })
}

export async function addIncident(db: Database, incident: Incident): Promise<void> {
  const { id, domain, event, openedAt, resolvedAt } = incident
  await db.run('insert into incident (id, domain, event, opened_at, resolved_at, document) values (?, ?, ?, ?, ?, ?)', [
    id,
    domain,
    event,
    openedAt,
    resolvedAt,
    JSON.stringify(incident),
  ])
}

export async function addQuarantine(db: Database, event: string, arrivedAt: Instant): Promise<void> {
  const violations = [{ path: '/revenue', keyword: 'type', message: 'string instead of number' }]
  const payload = JSON.stringify({ event, properties: { order_id: 'o1', revenue: '9.50', email: '‹email›' } })
  await db.run(
    'insert into quarantine (source, position, arrived_at, event, reason, violations, payload, bytes) values (?, ?, ?, ?, ?, ?, ?, ?)',
    ['web', 'request 12.0', arrivedAt, event, 'invalid', JSON.stringify(violations), payload, payload.length],
  )
}

export async function addDelivery(db: Database, incident: string, state: string, answer: string): Promise<void> {
  await db.run(
    `insert into outbox (at, incident, receiver, action, document, state, attempts, due_at, answer, sent_at) values (?, ?, 'data-slack', 'trigger', '{}', ?, 1, 0, ?, ?)`,
    [NOW - 35 * MINUTE, incident, state, answer, state === 'sent' ? NOW - 35 * MINUTE + 800 : null],
  )
}
