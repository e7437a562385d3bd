import { afterEach, expect, it } from 'vitest'
import { type OtlpServer, startOtlp } from '../../support/otlp-server.ts'
import { type RunningAssay, startAssay } from '../../support/daemon.ts'
import { writeProject } from '../../support/project.ts'
import { order } from '../../support/traced-daemon.ts'

/** Has Node say each module of OpenTelemetry that it is asked for. */
const TELLING = `import { registerHooks } from 'node:module'
registerHooks({ resolve: (name, context, next) => {
  if (name.startsWith('@opentelemetry/')) process.stderr.write('LOADED ' + name + '\\n')
  return next(name, context)
} })`
const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(TELLING)}`

/** Any part of it but the bare API, which prom-client asks for. */
const SDK = /LOADED @opentelemetry\/(?!api\b)/

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

async function loadedBy(telemetry: string): Promise<{ output: string; otlp: OtlpServer }> {
  const otlp = await startOtlp()
  const project = writeProject({
    'rules/assay.yaml': `version: 1\nsources:\n  - { id: web, type: http }\n${telemetry}`,
  })
  cleanUp.push(otlp.close, project.remove)
  const env = { NODE_OPTIONS, OTLP: otlp.url, OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url }
  const assay: RunningAssay = await startAssay(project.config, { env })
  const body = JSON.stringify({ batch: [order('1')] })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${assay.url}/v1/batch`, { method: 'POST', headers, body })).status).toBe(200)
  expect(await assay.stop()).toBe(0)
  return { output: assay.output(), otlp }
}

it('loads nothing of OpenTelemetry and sends nothing without an endpoint, whatever the environment says', async () => {
  const { output, otlp } = await loadedBy('')
  expect(output).not.toMatch(SDK)
  expect(otlp.requests).toEqual([])
}, 60_000)

it('loads it with one, and has sent what it had when it ends', async () => {
  const { output, otlp } = await loadedBy('telemetry: { traces: { otlp: { env: OTLP } } }\n')
  expect(output).toMatch(SDK)
  expect(otlp.spans.map(({ name }) => name)).toContain('process web')
}, 60_000)
