import { html, type Html } from '../html.ts'
import type { Home } from './read.ts'

/** How to send the first event: by hand, and with the SDK that teams already use. */
export function firstSteps({ base, status }: Home): Html {
  if (!status.sources.some(({ type }) => type === 'http')) {
    return html`<p>No source of type <code>http</code> is configured: add <code>- { id: web, type: http }</code> to <code>sources</code> in <code>${status.rulesFolder}/assay.yaml</code> to send events to this address.</p>`
  }
  const curl = `curl ${base}/v1/track -u any: -H 'content-type: application/json' \\
  -d '{"type":"track","event":"Order Shipped","userId":"u1","messageId":"m1","properties":{"order_id":"o1","revenue":9.5}}'`
  const sdk = `import { Analytics } from '@segment/analytics-node'
const analytics = new Analytics({ writeKey: 'any', host: '${base}', flushAt: 1 })
analytics.track({ userId: 'u1', event: 'Order Shipped', properties: { order_id: 'o1', revenue: 9.5 } })`
  return html`<p>From a terminal: <button type="button" data-copy="send-curl">Copy</button></p><pre id="send-curl" tabindex="0">${curl}</pre>
<p>With Segment's SDK, which needs nothing but another host: <button type="button" data-copy="send-sdk">Copy</button></p><pre id="send-sdk" tabindex="0">${sdk}</pre>
<p class="muted">Where write keys are configured, use one of them instead of <code>any</code>. CloudEvents and plain JSON go to <code>${base}/events</code>. The event shows here within a second or two, with the contract to copy.</p>`
}
