import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OtlpServer, startOtlp } from '../../support/otlp-server.ts'
import { order, startTraced, type TracedDaemon } from '../../support/traced-daemon.ts'
import { until } from '../../support/until.ts'

let otlp: OtlpServer
let daemon: TracedDaemon | null = null

beforeEach(async () => {
  otlp = await startOtlp()
})
afterEach(async () => {
  await daemon?.stop()
  daemon = null
  await otlp.close()
})

const assay = (traces: string) => ({
  'rules/assay.yaml': `version: 1
store: { type: sqlite, path: ":memory:" }
sources:
  - { id: web, type: http }
telemetry: { traces: ${traces} }
`,
})
const text = async (path: string) => (await fetch(`${daemon?.url}${path}`)).text()
const telemetry = async () => JSON.parse(await text('/readyz')).telemetry as unknown

describe('a daemon whose traces', () => {
  it('nobody takes collects as ever, says so once and at /readyz, counts them, and stops in time', async () => {
    otlp.fail({ kind: 'status', status: 500 }, 'for ever')
    daemon = await startTraced(assay('{ otlp: { env: OTLP } }'), { OTLP: otlp.url })
    for (let n = 0; n < 50; n++) expect(await daemon.send([order(String(n))])).toBe(200)
    await until('the failure', async () => /traces","state":"failing/.test(JSON.stringify(await telemetry())))
    otlp.fail({ kind: 'hang' }, 'for ever')
    expect(await daemon.send([order('last')])).toBe(200)
    expect(await text('/metrics')).toMatch(/assay_trace_spans_total\{fate="failed"\} [1-9]/)
    expect(JSON.parse(await text('/readyz')).status).toBe('ready')
    expect(daemon.lines.filter(({ msg }) => String(msg).startsWith('traces are not received'))).toHaveLength(1)
    const began = performance.now()
    await daemon.stop()
    daemon = null
    expect(performance.now() - began).toBeLessThan(1_800)
  })

  it('have an unset secret sends none, and says which', async () => {
    daemon = await startTraced(assay('{ otlp: { env: OTLP }, headers: { authorization: { env: KEY } } }'), {
      OTLP: otlp.url,
    })
    expect(await daemon.send([order('1')])).toBe(200)
    const detail = 'environment variable KEY is not set'
    expect(await telemetry()).toContainEqual({ name: 'traces', state: 'disabled', detail })
    expect(daemon.lines).toContainEqual(expect.objectContaining({ level: 'warn', msg: `traces are off: ${detail}` }))
    await daemon.stop()
    daemon = null
    expect(otlp.requests).toEqual([])
  })

  it('are not configured says that they are off', async () => {
    daemon = await startTraced({ 'rules/assay.yaml': 'version: 1\nstore: { type: sqlite, path: ":memory:" }\n' })
    expect(await telemetry()).toContainEqual({ name: 'traces', state: 'off', detail: '' })
  })
})
