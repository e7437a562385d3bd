// Answers as PagerDuty's Events API v2 does, and prints what arrives, so that a page can be seen without an account.
import { createServer } from 'node:http'

const MOST_BYTES = 512 * 1024

const server = createServer((request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (request.method !== 'POST' || request.url !== '/v2/enqueue') return answer(404, { status: 'not found' })
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (part) => {
    text += part
    if (text.length > MOST_BYTES) request.destroy()
  })
  request.on('end', () => {
    let event
    try {
      event = JSON.parse(text)
    } catch {
      return answer(400, { status: 'invalid event', message: 'Event object is invalid', errors: ['Body is not JSON'] })
    }
    const { event_action: action, dedup_key: key, payload } = event
    console.log(`${new Date().toISOString()} ${String(action).toUpperCase()} ${key}`)
    if (payload?.summary !== undefined) console.log(`  ${payload.severity}: ${payload.summary}`)
    for (const cause of payload?.custom_details?.['Likely cause'] ?? []) console.log(`  likely cause: ${cause}`)
    for (const { href, text: name } of event.links ?? []) console.log(`  ${name ?? 'link'}: ${href}`)
    answer(202, { status: 'success', message: 'Event processed', dedup_key: key })
  })
})

server.listen(Number(process.env.PORT ?? 9000), () => console.log(`pager listens on ${server.address().port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.close(() => process.exit(0)))
