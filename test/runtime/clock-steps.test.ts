import { afterEach, beforeEach, expect, it } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../src/model/time.ts'
import { THOROUGH } from '../support/thorough.ts'
import { order, startTraced, type TracedDaemon } from '../support/traced-daemon.ts'
import { until } from '../support/until.ts'

const FILES = {
  'rules/assay.yaml': `version: 1
store: { type: sqlite, path: ":memory:" }
sources: [{ id: web, type: http }]
`,
  'rules/domains/checkout/slos.yaml': `slos:
  - { name: orders-fresh, sli: { kind: freshness, event: Order Completed, source: web, max_age: 30m }, objective: 99 }
  - { name: orders-valid, sli: { kind: validity, event: Order Completed }, objective: 99 }
`,
}

let daemon: TracedDaemon
/** How far its clock is before the world's. */
let ahead = 0
function step(by: number): void {
  ahead += by
  daemon.forward(by)
}
beforeEach(async () => {
  daemon = await startTraced(FILES)
})
afterEach(() => daemon.stop())

const get = async (path: string) =>
  (await (await fetch(`${daemon.url}/api/v1/${path}`)).json()) as Record<string, never>
const received = async (): Promise<number> =>
  Number(
    /assay_events_total\{[^}]*\} (\d+)/.exec(await (await fetch(`${daemon.url}/metrics`)).text())?.[1] ?? Number.NaN,
  )
const lastRound = async (): Promise<string | undefined> =>
  /^assay_last_evaluation_timestamp_seconds (\S+)/m.exec(await (await fetch(`${daemon.url}/metrics`)).text())?.[1]
/** It listens again, and says so. */
const listens = async (): Promise<boolean> =>
  daemon
    .status()
    .sources.some(({ watermark }) => watermark !== null && Math.abs(Date.now() + ahead - watermark) < 10 * SECOND)
const incidents = async () => (await get('incidents?state=all'))['incidents'] as unknown as Record<string, unknown>[]
const slo = async (named: string): Promise<Record<string, unknown>> => {
  const slos = (await get('slos'))['slos'] as unknown as Record<string, unknown>[]
  return slos.find(({ name }) => name === named) ?? {}
}
const told = (what: string): boolean => daemon.lines.some(({ msg }) => String(msg).includes(what))

it.skipIf(!THOROUGH)(
  'a clock that is set forward by hours and back again loses no record, blames nobody, and says so (long: rounds of judging)',
  async () => {
    let sent = 0
    const send = async (): Promise<void> => {
      const events = Array.from({ length: 10 }, () => {
        sent += 1
        return { ...order(`o-${sent}`), messageId: `m-${sent}` }
      })
      expect(await daemon.send(events)).toBe(200)
    }
    await send()
    step(2 * MINUTE)
    await until('a judged minute', async () => (await slo('orders-valid'))['total'] === sent)

    // Nobody listened meanwhile, beyond the newest record's 30 min: that is neither good nor bad.
    step(3 * HOUR)
    await until('the step to be told', () => told('no round of judging for'))
    await until('it to listen again', listens)
    await send()
    step(2 * MINUTE)
    await until('the minutes after it', async () => (await slo('orders-valid'))['total'] === sent)
    const { good, total } = await slo('orders-fresh')
    expect(good).toBe(total)
    expect(await incidents()).toEqual([])

    // What comes now counts in its own minutes, and nothing is judged before the clock is there again: that is told.
    step(-2 * HOUR)
    await until('the step to be told', () => told('was set back by'))
    await send()
    for (let n = 0; n < 8; n++) {
      const round = await lastRound()
      step(50 * SECOND)
      await send()
      await until('a round', async () => (await lastRound()) !== round)
    }
    const [incident] = await until('the incident about Assay itself', async () => {
      const found = await incidents()
      return found.length > 0 ? found : null
    })
    expect(incident).toMatchObject({ domain: 'assay', severity: 'ticket', event: null })
    expect(JSON.stringify(incident?.['explanation'])).toContain("This machine's clock was set back")
    expect(await slo('orders-valid')).toMatchObject({ outcome: 'not_evaluated', reason: 'ingest_behind' })

    step(2 * HOUR)
    await until('it to listen again', listens)
    await send()
    step(2 * MINUTE)
    await until('the end of it', async () => (await incidents())[0]?.['resolved_at'] !== null)
    await until('its SLOs to be judged again', async () => (await slo('orders-valid'))['outcome'] === 'met')
    expect(await received()).toBe(sent)
    expect(await incidents()).toHaveLength(1)
  },
)
