import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE } from '../../../src/model/time.ts'
import { type MarquezServer, startMarquezServer } from '../../support/marquez-server.ts'
import { order, startTraced, type TracedDaemon } from '../../support/traced-daemon.ts'
import { until } from '../../support/until.ts'

let server: MarquezServer
let daemon: TracedDaemon | null = null
beforeEach(async () => {
  server = await startMarquezServer('the-right-key')
})
afterEach(async () => {
  await daemon?.stop()
  daemon = null
  await server.close()
})

const start = async (lineage: string, env: Record<string, string>) => {
  daemon = await startTraced(
    {
      'rules/assay.yaml': `version: 1
store: { type: sqlite, path: ":memory:" }
sources: [{ id: web, type: http }]
telemetry: { lineage: ${lineage} }
`,
    },
    env,
  )
  return daemon
}
const text = async (path: string) => (await fetch(`${daemon?.url}${path}`)).text()
const emitters = async () =>
  (JSON.parse(await text('/readyz')).telemetry as { name: string }[]).filter(({ name }) => name.startsWith('lineage'))
const HTTP = '{ http: { env: OPENLINEAGE_URL }, api_key: { env: OPENLINEAGE_API_KEY } }'

/** Something judged: a record, and time for its minute to pass. */
async function judge(running: TracedDaemon): Promise<void> {
  expect(await running.send([order('1')])).toBe(200)
  running.forward(2 * MINUTE)
  await until('it to be judged', async () =>
    /"outcome":"(met|insufficient_data|not_evaluated)","reason":[^}]*"total":1/.test(await text('/api/v1/slos')),
  )
}

describe('a daemon whose lineage server', () => {
  it('hangs collects, judges and stops as ever, and says so at /readyz', async () => {
    server.fail({ kind: 'hang' }, 'for ever')
    const running = await start(HTTP, { OPENLINEAGE_URL: server.url, OPENLINEAGE_API_KEY: 'the-right-key' })
    await judge(running)
    await until('the server to be asked', () => server.requests.length > 0)
    expect(await running.send([order('2')])).toBe(200)
    expect(JSON.parse(await text('/readyz')).status).toBe('ready')
    const began = performance.now()
    await running.stop()
    daemon = null
    expect(performance.now() - began).toBeLessThan(1_800)
  })

  it('refuses the key counts what it gave up, says so once, and never shows the key', async () => {
    const running = await start(HTTP, { OPENLINEAGE_URL: server.url, OPENLINEAGE_API_KEY: 'a-wrong-key-of-ours' })
    await judge(running)
    await until('it to be refused', async () => (await text('/metrics')).includes('outcome="rejected"} 1'))
    expect(await emitters()).toEqual([
      { name: 'lineage (http)', state: 'failing', detail: expect.stringContaining('401') },
    ])
    expect(running.lines.filter(({ msg }) => msg === 'lineage was refused and is given up')).toHaveLength(1)
    expect(JSON.stringify(running.lines)).not.toContain('a-wrong-key-of-ours')
  })

  it('is named by a secret that is unset sends nothing, and says which', async () => {
    const running = await start(HTTP, { OPENLINEAGE_URL: server.url })
    expect(await emitters()).toEqual([
      { name: 'lineage (http)', state: 'disabled', detail: 'environment variable OPENLINEAGE_API_KEY is not set' },
    ])
    expect(await running.send([order('1')])).toBe(200)
    expect(server.requests).toEqual([])
  })

  it('is not configured says that lineage is off', async () => {
    daemon = await startTraced({ 'rules/assay.yaml': 'version: 1\nstore: { type: sqlite, path: ":memory:" }\n' })
    expect(await emitters()).toEqual([{ name: 'lineage', state: 'off', detail: '' }])
  })
})
