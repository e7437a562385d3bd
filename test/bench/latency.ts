import { createServer } from 'node:http'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { floorTo, MINUTE, SECOND } from '../../src/model/time.ts'
import { startAssay } from '../support/daemon.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import type { Figure } from './figure.ts'

const EVENTS = 100

/**
 * From the end of the minute that makes a rule true to the POST at the receiver, over 100 incidents of one minute: events
 * of 100 contracts come in over HTTP, all bad, and each opens an incident when that minute closes.
 */
export async function bench(): Promise<Figure[]> {
  const folder = temporaryFolder()
  const received: number[] = []
  const receiver = createServer((request, response) => {
    received.push(Date.now())
    request.resume().on('end', () => response.end())
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  try {
    const config = writeProject(folder.path, (receiver.address() as AddressInfo).port)
    const assay = await startAssay(config)
    // Well inside a minute, so that all of it falls into one.
    const ofMinute = Date.now() % MINUTE
    if (ofMinute > 40 * SECOND) await pause(MINUTE - ofMinute + SECOND)
    const closes = floorTo(Date.now(), MINUTE) + MINUTE
    const batch = Array.from({ length: EVENTS * 5 }, (_, index) => ({
      type: 'track',
      event: `Event ${index % EVENTS}`,
      messageId: `m-${index}`,
      properties: {},
    }))
    const answer = await fetch(`${assay.url}/v1/batch`, { method: 'POST', body: JSON.stringify({ batch }) })
    if (answer.status !== 200) throw new Error(`the collector answered ${answer.status}`)
    await until('a POST for each incident', () => received.length >= EVENTS, 2 * MINUTE)
    await assay.stop()
    const delays = received.map((at) => at - closes).sort((a, b) => a - b)
    const p99 = delays[Math.ceil(delays.length * 0.99) - 1] ?? 0
    return [
      {
        name: 'POST after the minute closed, p99 of 100 incidents',
        value: Math.round(p99) / SECOND,
        unit: 's',
        reference: 'goal',
        reference_value: 5,
        ratio: Math.round(p99 / 50) / 100,
      },
    ]
  } finally {
    receiver.close()
    receiver.closeAllConnections()
    folder.remove()
  }
}

function writeProject(folder: string, port: number): string {
  const files: Record<string, string> = {
    'rules/assay.yaml': 'version: 1\nsources:\n  - { id: web, type: http }\n',
    'rules/domains/shop/domain.yaml':
      'domain: shop\nowner: { team: shop }\ntier: P1\ndefaults: { slos: { validity: 99 } }\n',
    'rules/domains/shop/events/all.yaml': Array.from(
      { length: EVENTS },
      (_, index) =>
        `- { event: Event ${index}, versions: [{ version: 1, schema: { type: object, required: [id] } }] }\n`,
    ).join(''),
    'alerts/routes.yaml': `receivers:\n  - { name: hook, webhook: { url: "http://127.0.0.1:${port}/" } }\nroutes:\n  - { to: [hook] }\n`,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return join(folder, 'rules', 'assay.yaml')
}
