import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ScorecardDocument } from '../../../src/report/scorecard/document.ts'
import { readMonth } from '../../../src/report/scorecard/month.ts'
import { scorecardDocument } from '../../../src/report/scorecard/scorecard.ts'
import { freezeScorecard } from '../../../src/store/scorecards.ts'
import { eventFacts, monthFacts, sloFacts } from '../../report/scorecard/month-facts.ts'
import { hasChromium, launchChromium } from '../../support/chromium.ts'
import { type Fixture, startServer } from '../fixture.ts'
import { incidentOf, makePlan, NOW, verdictOf } from '../plan.ts'
import { addIncident, addQuarantine, addSample, addTraffic, addVerdicts } from '../rows.ts'
import { THOROUGH } from '../../support/thorough.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const plan = makePlan({ domains: ['checkout', 'growth'], events: ['Order Completed', 'Signed Up'], slosPerEvent: 5 })
const [bad] = plan.slos
if (bad === undefined) throw new Error('the plan has SLOs')

describe.skipIf(!hasChromium)('in Chromium (skipped where it is not installed)', () => {
  let server: Fixture
  let empty: Fixture
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium()
    empty = await startServer()
    server = await startServer({ currentPlan: plan })
    for (const name of plan.events.keys()) await addTraffic(server.db, name, { invalidEach: 1 })
    await addTraffic(server.db, 'Order Shipped', { kind: 'unplanned' })
    await addSample(server.db, 'unplanned', 'Order Shipped', { order_id: 'o1' })
    await addSample(server.db, 'planned', 'Order Completed', { order_id: 'o1', color: 'red' })
    await addVerdicts(
      server.db,
      plan.slos.map((slo) =>
        verdictOf(slo, slo === bad ? { outcome: 'violated', firing: 'page', budgetRemaining: -0.2 } : {}),
      ),
    )
    // A record as an example has no place where a line may break.
    const example = `for example ${JSON.stringify({ context: { library: { name: 'x'.repeat(200) } } })}`
    await addIncident(server.db, incidentOf('inc_aaaaaaaaaaaa', bad, { explanation: ['broken', example] }))
    await addQuarantine(server.db, 'Order Completed', NOW - 1_800_000)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await empty?.close()
  })

  /** Opens a page, collecting what the browser complains about: a blocked style or script, an error. */
  async function open(url: string, options: { width?: number; dark?: boolean; scripts?: boolean } = {}) {
    const context = await browser.newContext({
      viewport: { width: options.width ?? 1280, height: 900 },
      colorScheme: options.dark === true ? 'dark' : 'light',
      javaScriptEnabled: options.scripts !== false,
    })
    const opened = await context.newPage()
    const complaints: string[] = []
    opened.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    opened.on('pageerror', (error) => complaints.push(error.message))
    await opened.goto(url)
    return { page: opened, complaints, close: () => context.close() }
  }

  async function axeFindings(page: Page): Promise<string[]> {
    const run = `${axe}; axe.run(document).then((result) => result.violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`
    return (await page.evaluate(run)) as string[]
  }

  /** A second each: the other widths of the same pages wait for CI. */
  const LOOKS: readonly [path: string, width: number, dark: boolean][] = [
    ['/', 390, true],
    ['/incidents/inc_aaaaaaaaaaaa', 390, false],
    ['/events/Order%20Completed', 1280, false],
    ['/events', 1280, true],
    ['/scorecards/2026-10', 390, true],
  ]
  const MORE_LOOKS: typeof LOOKS = [
    ['/', 1280, false],
    ['/incidents/inc_aaaaaaaaaaaa', 1280, true],
    ['/events/Order%20Shipped', 390, true],
    ['/scorecards/2026-10', 1280, false],
  ]
  test.each(THOROUGH ? [...LOOKS, ...MORE_LOOKS] : LOOKS)(
    '%s at %d px: axe finds nothing, nothing is blocked, nothing sticks out (four more with ASSAY_REQUIRE=all)',
    async (path, width, dark) => {
      const { page, complaints, close } = await open(server.url + path, { width, dark })
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
      expect(await axeFindings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      expect(complaints).toEqual([])
      await close()
    },
  )

  test('a scorecard of many domains is small, and prints on one page', async () => {
    const document = crowdedCard()
    const stored = { month: document.month, plan: document.plan, frozenAt: NOW, document: JSON.stringify(document) }
    await freezeScorecard(server.db, stored)
    const { page, complaints, close } = await open(`${server.url}/scorecards/${document.month}`)
    expect(await axeFindings(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect((await page.content()).length).toBeLessThan(100_000)
    expect(await page.locator('h1').textContent()).toMatch(
      /^September 2026: trust \d+ of 100, \d+ in August 2026; 80 of 160/,
    )
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    expect(pdf.match(/\/Type\s*\/Page[^s]/g)).toHaveLength(1)
    expect(complaints).toEqual([])
    await close()
  })

  test('the empty page, too', async () => {
    const { page, complaints, close } = await open(empty.url, { width: 390 })
    expect(await axeFindings(page)).toEqual([])
    expect(complaints).toEqual([])
    await close()
  })

  test('without JavaScript everything is there, and the page reads itself anew', async () => {
    const { page, close } = await open(server.url, { scripts: false })
    expect(await page.locator('h1').textContent()).toContain('Order Completed')
    expect(await page.locator('.cell svg').count()).toBeGreaterThan(5)
    expect(await page.locator('noscript').innerHTML()).toContain('http-equiv="refresh"')
    await page.locator('#slos-checkout > summary').click()
    expect(await page.locator('#slos-checkout li').first().isVisible()).toBe(true)
    expect(await page.locator('button').first().isVisible()).toBe(false)
    await close()
  })

  test('a part that is no longer there goes by itself', async () => {
    const { page, complaints, close } = await open(`${server.url}/events/Order%20Completed`)
    await page.locator('#open').waitFor()
    await server.db.run("update incident set resolved_at = ? where id = 'inc_aaaaaaaaaaaa'", [NOW])
    server.change()
    await page.locator('#open').waitFor({ state: 'detached', timeout: 10_000 })
    await server.db.run("update incident set resolved_at = null where id = 'inc_aaaaaaaaaaaa'")
    expect(complaints).toEqual([])
    await close()
  })

  test('what changed shows by itself; what the reader opened stays open', async () => {
    const { page, complaints, close } = await open(empty.url)
    await page.locator('#slos-checkout > summary').click()
    await page.locator('body').evaluate((body) => body.ownerDocument.defaultView?.getSelection()?.removeAllRanges())
    await page.locator('h1').click()
    await addTraffic(empty.db, 'Order <b>Shipped</b>', { kind: 'unplanned', perHour: 30 })
    empty.change()
    await page.locator('#unplanned', { hasText: 'Order <b>Shipped</b>' }).waitFor({ timeout: 10_000 })
    expect(await page.locator('#slos-checkout').getAttribute('open')).not.toBeNull()
    expect(await page.locator('#unplanned pre').first().textContent()).toContain('Shipped')
    expect(complaints).toEqual([])
    await close()
  })
})

/** Twenty domains of two events, with four SLOs an event of which half are broken, and all there is to remark. */
function crowdedCard(): ScorecardDocument {
  const domains = Array.from({ length: 20 }, (_, index) => `domain-number-${index}`)
  const events = domains.flatMap((domain) =>
    ['Order Completed', 'Signed Up'].map((name) => eventFacts(`${domain} ${name}`, { domain })),
  )
  const slos = events.flatMap(({ name, domain }) => [
    sloFacts(name, 'validity', { good: 97_123, total: 100_000 }, { domain, objective: 0.999 }),
    sloFacts(name, 'completeness', { good: 99_950, total: 100_000 }, { domain }),
    sloFacts(name, 'freshness', { good: 40_000, total: 43_200 }, { domain, objective: 0.995 }),
    sloFacts(name, 'uniqueness', { good: 99_999, total: 100_000 }, { domain }),
  ])
  const [september, august] = [readMonth('2026-09', 'Europe/Berlin'), readMonth('2026-08', 'Europe/Berlin')]
  if (september === null || august === null) throw new Error('are months')
  const unplanned = Array.from({ length: 30 }, (_, index) => ({
    name: `Event without a contract ${index}`,
    received: 9_000 - index,
  }))
  const facts = {
    ...monthFacts({
      domains: domains.map((name) => ({ name, owner: `team-of-${name}`, tier: 'P1' })),
      events,
      slos,
      unplanned,
    }),
    undecodable: 12,
  }
  const laxer = slos.map((slo) => ({ ...slo, objective: 0.9 }))
  const before = scorecardDocument(
    { ...facts, month: august, until: august.to, slos: laxer },
    { before: null, frozen: true },
  )
  const incidents = [
    incidentOf(
      'inc_bbbbbbbbbbbb',
      { ...(bad ?? failed()), name: slos[0]?.slo ?? '' },
      { openedAt: september.from, resolvedAt: september.from + 9_000_000 },
    ),
  ]
  return scorecardDocument({ ...facts, month: september, until: september.to, incidents }, { before, frozen: true })
}

function failed(): never {
  throw new Error('the plan has SLOs')
}
