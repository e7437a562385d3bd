import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE } from '../../../src/model/time.ts'
import { type OtlpServer, type ReceivedSpan, startOtlp } from '../../support/otlp-server.ts'
import { order, startTraced, type TracedDaemon } from '../../support/traced-daemon.ts'
import { until } from '../../support/until.ts'
import { startWebhook, type WebhookServer } from '../../support/webhook-server.ts'

const BROWSER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const SHOP = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const header = ({ traceId, spanId }: typeof BROWSER) => ({ traceparent: `00-${traceId}-${spanId}-01` })

let otlp: OtlpServer
let hook: WebhookServer
let daemon: TracedDaemon

beforeEach(async () => {
  otlp = await startOtlp()
  hook = await startWebhook({ secret: null })
})
afterEach(async () => {
  await daemon.stop()
  await otlp.close()
  await hook.close()
})

const traced = (more = '') => ({
  'rules/assay.yaml': `version: 1
environment: staging
store: { type: sqlite, path: ":memory:" }
sources:
  - { id: web, type: http }
telemetry:
  traces: { otlp: { env: OTLP }, headers: { x-api-key: { env: KEY } }${more} }
`,
  'alerts/routes.yaml': `receivers:
  - { name: hook, webhook: { url: "${hook.endpoint}" } }
routes:
  - { to: [hook] }
`,
})
const start = async (more?: string) => startTraced(traced(more), { OTLP: otlp.url, KEY: 'secret-key' })

const named = (name: string): ReceivedSpan[] => otlp.spans.filter((span) => span.name === name)
const span = (name: string, which: (span: ReceivedSpan) => boolean = () => true) =>
  until(`a span ${name}`, () => named(name).find(which))
const idsOf = ({ traceId, spanId }: { traceId: string; spanId: string }) => ({ traceId, spanId })

describe('traces', () => {
  it('lead from an alert through its incident to the batches and the producers whose records were bad', async () => {
    daemon = await start()
    expect(await daemon.send([order('1'), order('2')], header(SHOP))).toBe(200)
    expect(
      await daemon.send(
        Array.from({ length: 30 }, () => order(null)),
        header(BROWSER),
      ),
    ).toBe(200)
    daemon.forward(2 * MINUTE)

    const incident = await span(
      'evaluate incident',
      ({ attributes }) => attributes['assay.incident.change'] === 'opened',
    )
    const bad = await span('process web', ({ attributes }) => attributes['assay.records.invalid'] === 30)
    const good = await span('process web', ({ attributes }) => attributes['assay.records.valid'] === 2)
    const delivered = await span('deliver hook')
    await until('the spans around it', () => named('evaluate').some(({ spanId }) => spanId === minuteOf().parentSpanId))

    // A batch says what it held and from where to where it leads; whose records they are are links.
    expect(bad.kind).toBe(5)
    expect(bad.parentSpanId).toBe('')
    expect(bad.attributes).toMatchObject({
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'web',
      'messaging.destination.partition.id': expect.any(String),
      'messaging.batch.message_count': 30,
      'assay.source.id': 'web',
      'assay.source.type': 'http',
      'assay.records.valid': 0,
    })
    expect(bad.attributes['assay.source.positions.to']).toHaveLength(1)
    expect(bad.attributes['assay.source.positions.from']).toEqual(good.attributes['assay.source.positions.to'])
    expect(bad.links.map(idsOf)).toEqual([BROWSER])
    expect(good.links.map(idsOf)).toEqual([SHOP])

    // The incident rests on the bad batch and on who sent its records, not on the good one.
    expect(incident.links.map(idsOf)).toEqual([idsOf(bad), BROWSER])
    expect(incident.links.map(({ attributes }) => attributes['assay.link'])).toEqual(['batch', 'producer'])
    expect(incident.attributes).toMatchObject({
      'assay.incident.severity': 'page',
      'assay.event': 'Order Completed',
      'assay.incident.slos': ['orders-valid'],
      'assay.evaluation.notifications': 1,
    })

    // Round, minute, SLO and incident, delivery: one trace.
    function minuteOf(): ReceivedSpan {
      const found = named('evaluate minute').find(({ spanId }) => spanId === incident.parentSpanId)
      if (found === undefined) throw new Error('the minute has not arrived')
      return found
    }
    const minute = minuteOf()
    const slo = await span('evaluate slo', ({ parentSpanId }) => parentSpanId === minute.spanId)
    expect(slo.attributes).toMatchObject({ 'assay.slo.name': 'orders-valid', 'assay.outcome': 'violated' })
    expect(delivered.parentSpanId).toBe(incident.spanId)
    expect(delivered.kind).toBe(3)
    expect(delivered.attributes).toMatchObject({
      'assay.receiver.name': 'hook',
      'assay.outcome': 'sent',
      'http.response.status_code': 204,
      'assay.notification.attempt': 1,
      'assay.incident.id': incident.attributes['assay.incident.id'],
    })
    expect(new Set([minute, slo, incident, delivered].map(({ traceId }) => traceId)).size).toBe(1)
    for (const { startNanos, endNanos } of otlp.spans) expect(endNanos >= startNanos).toBe(true)

    expect(bad.resource).toMatchObject({
      'service.name': 'assay',
      'service.version': '1.2.3',
      'deployment.environment.name': 'staging',
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(bad.scope).toBe('assay')
    expect(otlp.requests.every(({ headers }) => headers['x-api-key'] === 'secret-key')).toBe(true)
    expect(otlp.requests.every(({ path }) => path === '/v1/traces')).toBe(true)

    const opened = daemon.lines.find(({ msg }) => msg === 'incident opened')
    expect(opened).toMatchObject({ trace_id: incident.traceId, span_id: incident.spanId })
  })
})
