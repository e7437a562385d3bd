import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import { historyMinutes } from '../../src/observe/sources/demo/history.ts'
import { CYCLE_MINUTES } from '../../src/observe/sources/demo/story.ts'
import { copyOfRepository } from '../support/assay-command.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { THOROUGH } from '../support/thorough.ts'
import { until } from '../support/until.ts'

interface Incident {
  readonly event: string
  readonly slos: readonly string[]
  readonly opened_at: string
  readonly resolved_at: string | null
  readonly cause: { readonly dimension: string; readonly value: string } | null
  readonly explanation: readonly string[]
}

describe.skipIf(!THOROUGH)('assay demo --days 21 (a minute of processor time: with ASSAY_REQUIRE=all)', () => {
  let assay: RunningAssay
  let remove: () => void
  const get = async (path: string) => JSON.parse(await (await fetch(assay.url + path)).text())
  /** When the shop's story began, after its history. */
  let story = 0
  let incidents: readonly Incident[] = []

  beforeAll(async () => {
    const copy = copyOfRepository()
    remove = copy.remove
    const began = Date.now()
    assay = await startAssay(join(copy.root, 'rules', 'assay.yaml'), { command: 'demo', args: ['--days', '21'] })
    story = began - CYCLE_MINUTES * MINUTE
    // Judged to the present, on the data's clock: three weeks and the story.
    await until(
      'it to have caught up',
      async () => {
        // A server this busy may close a connection that was kept open.
        const { slos } = await get('/api/v1/slos?limit=100').catch(() => ({ slos: [] }))
        const volume = slos.filter(({ kind }: { kind: string }) => kind === 'volume')
        const isThere = volume.every(({ at }: { at: string | null }) => at !== null && Date.parse(at) > began)
        return volume.length === 4 && isThere ? true : undefined
      },
      // On two quiet cores it takes a minute.
      540_000,
    )
    incidents = (await get('/api/v1/incidents?state=all&limit=100')).incidents
  }, 600_000)
  afterAll(async () => {
    await assay?.stop()
    remove?.()
  })

  const hoursBefore = ({ opened_at }: Incident) => (story - Date.parse(opened_at)) / HOUR
  const isVolume = ({ slos }: Incident) => slos.some((slo) => slo.endsWith('-volume'))

  test('its silent event and its platform’s drop are found, attributed and resolved, and no other volume incident is there', () => {
    expect(historyMinutes(21, CYCLE_MINUTES)).toBeGreaterThan(20 * 24 * 60)
    const found = incidents.filter((incident) => isVolume(incident) && hoursBefore(incident) > 0)
    expect(found.map(({ event }) => event).sort()).toEqual(['Cart Viewed', 'Checkout Started'])
    const [drop, silence] = found.sort((a, b) => (a.event < b.event ? -1 : 1))
    if (drop === undefined || silence === undefined) throw new Error('two incidents are expected')
    // Silent from 44 hours before the story on, for four; the drop from 24 hours before on, for ten.
    expect(hoursBefore(silence)).toBeGreaterThan(42.9)
    expect(hoursBefore(silence)).toBeLessThan(44)
    expect(silence.cause).toBeNull()
    expect(hoursBefore(drop)).toBeGreaterThan(21)
    expect(hoursBefore(drop)).toBeLessThan(24)
    expect(drop.cause).toMatchObject({ dimension: 'platform', value: 'android' })
    expect(drop.explanation[0]).toMatch(/^android’s share: /)
    for (const { resolved_at } of found) expect(Date.parse(resolved_at ?? '')).toBeLessThan(story)
  })

  test('the scorecard’s volume row is no longer learning', async () => {
    const month = new Date().toISOString().slice(0, 7)
    const card = await get(`/api/v1/scorecards/${month}`)
    const rows = card.domains.flatMap(
      ({ slos }: { slos: readonly { kind: string; reason: string; total: number }[] }) =>
        slos.filter(({ kind }) => kind === 'volume'),
    )
    expect(rows).toHaveLength(4)
    for (const row of rows) expect(row).toMatchObject({ reason: null, total: expect.any(Number) })
  })

  test('the event’s page draws what was expected, and says what is watched', async () => {
    const page = await (await fetch(`${assay.url}/events/Cart%20Viewed`)).text()
    expect(page).toContain('<path class="band"')
    expect(page).toMatch(/\d+ series watched/)
    const { volume } = await get('/api/v1/events/Cart%20Viewed')
    expect(volume[0].series).toEqual(
      expect.arrayContaining([
        'Cart Viewed',
        'Cart Viewed · on · android',
        'Cart Viewed · in · web+7.8',
        'Cart Viewed · of · checkout',
      ]),
    )
    expect(volume[0].hours).toHaveLength(48)
  })
})
