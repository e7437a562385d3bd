import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Analytics } from '@segment/analytics-node'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyOfRepository } from '../support/assay-command.ts'
import { hasChromium, launchChromium } from '../support/chromium.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { THOROUGH } from '../support/thorough.ts'

const PATIENCE = { timeout: 60_000 }
const EVENT = 'Ticket Bought'

describe.skipIf(!hasChromium)('a stranger (skipped where there is no Chromium)', () => {
  const repository = copyOfRepository()
  let assay: RunningAssay
  let browser: Browser
  let page: Page
  let analytics: Analytics

  beforeAll(async () => {
    const config = join(repository.root, 'rules', 'assay.yaml')
    ;[assay, browser] = await Promise.all([startAssay(config, { args: ['--no-demo'] }), launchChromium()])
    analytics = new Analytics({ writeKey: 'any', host: assay.url, flushAt: 20, flushInterval: 50 })
    page = await browser.newPage()
    await page.goto(assay.url)
  })
  afterAll(async () => {
    await analytics?.closeAndFlush({ timeout: 500 })
    await browser?.close()
    await assay?.kill()
    repository.remove()
  })

  /** So many of the shop's events, stored when it returns. */
  async function send(many: number, price: unknown, version: string): Promise<void> {
    for (let index = 0; index < many; index++) {
      analytics.track({
        userId: `u-${index}`,
        event: EVENT,
        properties: { price, seats: 2 },
        context: { app: { name: 'Box office', version }, device: { type: 'android' } },
      })
    }
    await analytics.flush({ timeout: 10_000 })
  }

  test('sends an event, saves the contract that the page has ready where the page says, and sees it judged', {
    timeout: 120_000,
  }, async () => {
    await send(3, 19.5, '3.0.0')
    const unplanned = page.locator('#unplanned')
    await unplanned.getByText(EVENT).first().waitFor(PATIENCE)
    const instructions = unplanned.locator('details[open]').first()
    const file = (await instructions.locator('code').first().textContent()) ?? ''
    const stub = (await instructions.locator('pre').textContent()) ?? ''
    expect(file).toBe('rules/domains/<domain>/events/ticket-bought.yaml')
    expect(stub).toContain(`event: ${EVENT}`)

    const path = join(repository.root, file.replace('<domain>', 'growth'))
    expect(existsSync(path)).toBe(false)
    writeFileSync(path, stub)
    // Nobody restarts Assay or loads the page again.
    await unplanned
      .getByText(EVENT)
      .first()
      .waitFor({ ...PATIENCE, state: 'detached' })
    await page.goto(`${assay.url}/events/${encodeURIComponent(EVENT)}`)
    expect(await page.locator('#now').textContent()).toContain('growth')

    await send(40, 19.5, '3.0.0')
    await page.getByText('all of them as the contract says').waitFor(PATIENCE)
    await send(60, '19.5', '3.1.0')
    await page.getByText('60 of them invalid').waitFor(PATIENCE)
    expect(await page.locator('body').textContent()).toContain('string instead of number')
  })

  // Minutes close in real time over HTTP.
  test.skipIf(!THOROUGH)(
    'has an incident that explains itself at the end of the minute (a minute long: with ASSAY_REQUIRE=all)',
    { timeout: 180_000 },
    async () => {
      await page.goto(assay.url)
      const link = page.locator('a[href^="/incidents/"]').first()
      await link.waitFor({ timeout: 150_000 })
      expect(await page.locator('h1').textContent()).toContain(EVENT)
      await link.click()
      const said = (await page.locator('main').textContent()) ?? ''
      expect(said).toContain('3.1.0')
      expect(said).toContain('price')
      expect(said).toContain('string instead of number')
      expect(said).toContain('growth')
      expect(assay.output()).toMatch(/── page ── \[production\] Ticket Bought: .* of records break their contract/)
    },
  )
})
