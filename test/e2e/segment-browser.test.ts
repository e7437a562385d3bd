import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DecodedEvent } from '../../src/model/record.ts'
import { type Collector, eventsOf, startCollector } from '../observe/sources/http/collector.ts'
import { hasChromium, launchChromium } from '../support/chromium.ts'
import { until } from '../support/until.ts'

const packageFile = createRequire(import.meta.url).resolve('@segment/analytics-next/package.json')
const library = readFileSync(join(dirname(packageFile), 'dist/umd/index.js'))

/** What the page of the test shop offers to the test. */
declare const AnalyticsNext: { AnalyticsBrowser: { load(settings: object, options?: object): Promise<unknown[]> } }

describe.skipIf(!hasChromium)("Segment's browser library (skipped where there is no Chromium)", () => {
  let browser: Browser
  let shop: Server
  let shopUrl: string
  let collector: Collector
  let page: Page
  const elsewhere: string[] = []

  beforeAll(async () => {
    browser = await launchChromium()
    shop = createServer((request, response) => {
      if (request.url === '/library.js')
        return response.writeHead(200, { 'content-type': 'text/javascript' }).end(library)
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Shop</title><script src="/library.js"></script>')
    })
    await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening))
    shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`
  })
  afterAll(async () => {
    await browser?.close()
    shop?.close()
  })

  beforeEach(async () => {
    collector = await startCollector({ writeKeys: ['web-key'] })
    const context = await browser.newContext()
    page = await context.newPage()
    elsewhere.length = 0
    page.on('request', (request) => {
      if (![shopUrl, `${collector.url}/`].some((url) => request.url().startsWith(url))) elsewhere.push(request.url())
    })
    await page.goto(shopUrl)
    return async () => {
      await context.close()
      await collector.close()
    }
  })

  /** Loads the library with nothing set but where its CDN is, and runs `calls` in the page. */
  async function load(settings: object = {}, options: object = {}): Promise<void> {
    await page.evaluate(
      async ([given, more]) => {
        const [analytics] = await AnalyticsNext.AnalyticsBrowser.load(given as object, more as object)
        Object.assign(globalThis, { analytics })
      },
      [{ writeKey: 'web-key', cdnURL: collector.url, ...settings }, options] as const,
    )
  }

  const run = (calls: string) => page.evaluate(calls)
  const decoded = () => collector.store.records.map((record) => record.decoded as DecodedEvent)

  it('needs only to be told where its CDN is, and has every kind of call stored', async () => {
    await load()
    await run(`analytics.track('Order Completed', { revenue: 9.5 }); analytics.identify('u1', { plan: 'pro' });
      analytics.page('Home'); analytics.screen('Cart'); analytics.group('g1', { seats: 3 }); analytics.alias('u2', 'u1')`)
    await until('six records', () => collector.store.records.length === 6)
    expect(eventsOf(collector.store).sort()).toEqual([
      'Order Completed',
      'alias',
      'group',
      'identify',
      'page',
      'screen',
    ])
    const order = decoded().find(({ event }) => event === 'Order Completed')
    expect(order).toMatchObject({ body: { revenue: 9.5 }, dimensions: { platform: 'web', library: 'analytics.js' } })
    expect(order?.id).toMatch(/^ajs-next-/)
    expect(Math.abs((order?.eventTime ?? 0) - Date.now())).toBeLessThan(60_000)
    expect(JSON.stringify(collector.store.records)).not.toContain('web-key')
    expect(elsewhere).toEqual([])
  })

  it('may send in batches, also when the page is left', async () => {
    await load(
      {},
      {
        integrations: {
          'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 3, timeout: 60_000 } } },
        },
      },
    )
    // A call still on its way through the library's plugins when the page is left is lost: theirs to say, not ours.
    await run(`Promise.all([0, 1, 2, 3].map((n) => analytics.track('Clicked', { n }))).then(() => undefined)`)
    await until('the full batch', () => collector.store.records.length >= 3)
    await page.goto('about:blank')
    await until('what was left', () => collector.store.records.length === 4)
    expect(decoded().map(({ body }) => body)).toEqual(
      expect.arrayContaining([0, 1, 2, 3].map((n) => expect.objectContaining({ n }))),
    )
  })

  it('reads from another origin when to send again', async () => {
    const { store } = collector
    store.mood = 'refuse'
    store.retryAfterSeconds = 1
    await load()
    await run(`analytics.track('Kept')`)
    await until('the refusal', () => store.taken > 0)
    store.mood = 'commit'
    await until('the record', () => store.records.length > 0)
    expect(eventsOf(store)).toEqual(['Kept'])
  })
})
