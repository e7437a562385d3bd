import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { copyOfRepository, runAssay } from '../support/assay-command.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { SOUND, writeProject } from '../support/project.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const SLOS = 'rules/domains/checkout/slos.yaml'
const ROUTES = 'alerts/routes.yaml'
const CONTRACT = 'rules/domains/checkout/events/order_completed.yaml'
const SHIPPED = (SOUND[CONTRACT] ?? '').replaceAll('Order Completed', 'Order Shipped')

describe('a configuration that changes while Assay runs', () => {
  let project: ReturnType<typeof writeProject>
  let assay: RunningAssay
  let before = 0
  beforeAll(async () => {
    project = writeProject({})
    assay = await startAssay(project.config)
  })
  /** One daemon for all tests: each finds the sound configuration in force. */
  beforeEach(async () => {
    for (const [file, sound] of Object.entries(SOUND)) write(file, sound)
    assay.child.kill('SIGHUP')
    await until('what is sound to be in force', async () => {
      const [names, reloaded] = [await slos(), await taken()]
      return reloaded === '1' && names.join() === 'orders-valid'
    })
    before = assay.output().length
  })
  afterAll(async () => {
    await assay.kill()
    project.remove()
  })

  const write = (file: string, text: string) => {
    mkdirSync(join(project.root, file, '..'), { recursive: true })
    writeFileSync(join(project.root, file), text)
  }
  const text = async (path: string) => (await fetch(assay.url + path)).text()
  const json = async <Answer>(path: string) => (await fetch(assay.url + path)).json() as Promise<Answer>
  const said = () => assay.output().slice(before)
  const slos = async () => (await json<{ slos: { name: string }[] }>('/api/v1/slos')).slos.map(({ name }) => name)
  const events = async () =>
    (await json<{ events: { name: string }[] }>('/api/v1/events')).events.map(({ name }) => name).sort()
  const taken = async () => /^assay_last_reload_success (\d)$/m.exec(await text('/metrics'))?.[1]
  const readiness = () =>
    json<{ status: string; configuration: { taken_over: boolean; problems: string[] } }>('/readyz')

  test('is in force by itself: a new event, a new SLO, one taken away; pages and API show it', async () => {
    expect(await slos()).toEqual(['orders-valid'])
    write('rules/domains/checkout/events/shipped/order_shipped.yaml', SHIPPED)
    write(SLOS, (SOUND[SLOS] ?? '').replaceAll('Order Completed', 'Order Shipped').replace('orders-', 'shipping-'))
    await until('the new plan', async () => (await slos()).includes('shipping-valid'))
    expect(await slos()).toEqual(['shipping-valid'])
    expect(await events()).toEqual(['Order Completed', 'Order Shipped'])
    await until('the page', async () => (await text('/')).includes('shipping-valid'))
    expect(await taken()).toBe('1')

    // A folder that came later is watched as well, and a file that goes away is a change.
    rmSync(join(project.root, SLOS))
    rmSync(join(project.root, 'rules/domains/checkout/events/shipped/order_shipped.yaml'))
    await until('the event to be gone', async () => (await events()).length === 1)
    expect(await slos()).toEqual([])
  })

  test('is in force by itself where Kubernetes mounts it, which swaps a hidden folder for another', async () => {
    const folder = join(project.root, 'rules/domains/checkout/events')
    const swapIn = (version: string, text: string) => {
      mkdirSync(join(folder, version))
      writeFileSync(join(folder, version, 'mounted.yaml'), text)
      symlinkSync(version, join(folder, '..data_tmp'))
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
    }
    swapIn('..2026_11_21.1', SHIPPED)
    symlinkSync('..data/mounted.yaml', join(folder, 'mounted.yaml'))
    await until('what is mounted', async () => (await events()).includes('Order Shipped'))
    swapIn('..2026_11_21.2', SHIPPED.replaceAll('Order Shipped', 'Order Sent'))
    await until('what is mounted in its place', async () => (await events()).includes('Order Sent'))
    expect(await events()).toEqual(['Order Completed', 'Order Sent'])
    for (const name of ['mounted.yaml', '..data', '..2026_11_21.1', '..2026_11_21.2']) {
      rmSync(join(folder, name), { recursive: true, force: true })
    }
  })

  test('that is bad stays out: the old one goes on, and page, /readyz, metrics and log say why until it is mended', async () => {
    expect(await taken()).toBe('1')
    write(SLOS, (SOUND[SLOS] ?? '').replace('99.9', '0.999'))
    await until('the refusal', async () => (await taken()) === '0')
    expect(await slos()).toEqual(['orders-valid'])
    const place = `${SLOS}:4:`
    await until('the page to say so', async () => (await text('/')).includes('Configuration not taken over'))
    expect(await text('/')).toContain(place)
    const { status, configuration } = await readiness()
    expect(status).toBe('ready')
    expect(configuration).toEqual({ taken_over: false, problems: [expect.stringContaining(place)] })
    expect(said()).toContain('the new configuration is not used, the old one stays')
    const sent = await fetch(`${assay.url}/v1/track`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'track', event: 'Order Completed', userId: 'u', properties: { order_id: 'o' } }),
    })
    expect(sent.status).toBe(200)

    write(SLOS, SOUND[SLOS] ?? '')
    await until('the mended one', async () => (await taken()) === '1')
    expect((await readiness()).configuration).toEqual({ taken_over: true, problems: [] })
    await until('the page to be quiet', async () => !(await text('/')).includes('Configuration not taken over'))
  })

  test('is read on SIGHUP, whatever has changed', async () => {
    const config = `${SOUND['rules/assay.yaml']}environment: staging\n`
    assay.child.kill('SIGHUP')
    await until('the log to tell', () => said().includes('the configuration was read again'))
    write('rules/assay.yaml', config.replace('version: 1', 'version: 7'))
    assay.child.kill('SIGHUP')
    await until('the refusal', async () => (await taken()) === '0')
    expect((await readiness()).configuration.problems[0]).toContain('rules/assay.yaml:1:')
  })

  test('leaves collectors as they are until the next start, and says so', async () => {
    write(
      'rules/assay.yaml',
      (SOUND['rules/assay.yaml'] ?? '').replace('type: http', 'type: http, duplicates_horizon: 2h'),
    )
    const later = 'sources of type http: take effect at the next start'
    await until('that to be said', async () => (await readiness()).configuration.problems.includes(later))
    const send = () =>
      fetch(`${assay.url}/v1/track`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'track', event: 'Order Completed', userId: 'u', properties: { order_id: 'o' } }),
      })
    for (let sent = 0; sent < 3; sent++) expect((await send()).status).toBe(200)
  })

  test('may name a receiver whose secret is unset: it is shown as disabled, the others work', async () => {
    write(
      ROUTES,
      `receivers:
  - { name: screen, console: {} }
  - { name: hook, webhook: { url: "http://127.0.0.1:9/alerts", secret: { env: HOOK_SECRET } } }
routes:
  - { to: [screen, hook] }
`,
    )
    await until('the page', async () => (await text('/')).includes('Receiver hook (webhook) is disabled'))
    expect(await text('/')).toContain('HOOK_SECRET')
    expect(await taken()).toBe('1')
    const tested = await runAssay(['receivers', 'test', 'hook'], { cwd: project.root })
    expect(tested.code).not.toBe(0)
    expect(tested.out + tested.err).toContain('HOOK_SECRET')
  })

  test('is read on `assay reload`, which says what came of it and ends with 0 or 2', async () => {
    const good = await runAssay(['reload'], { cwd: project.root })
    expect(good).toEqual({ code: 0, out: 'The configuration was read again and is in force.\n', err: '' })

    write(ROUTES, 'routes:\n  - { to: [nobody] }\n')
    const bad = await runAssay(['reload'], { cwd: project.root })
    expect(bad.code).toBe(2)
    expect(bad.err).toContain(`${ROUTES}:2:`)
    expect(await slos()).toEqual(['orders-valid'])

    await assay.stop()
    write(ROUTES, SOUND[ROUTES] ?? '')
    const nobody = await runAssay(['reload'], { cwd: project.root })
    expect(nobody.code).toBe(3)
    expect(nobody.err).toMatch(/^assay: No Assay runs on this store.*assay run[^\n]*\n$/)
  })
})

test.skipIf(!THOROUGH)(
  'an open incident whose SLOs are taken out of the rules is resolved by hand, and its receivers hear of it (six hours of the demo, 5 s long: with ASSAY_REQUIRE=all)',
  async () => {
    const { root, remove } = copyOfRepository()
    const assay = await startAssay(join(root, 'rules', 'assay.yaml'))
    try {
      const incidents = async (state: string) => {
        const answer = await fetch(`${assay.url}/api/v1/incidents?state=${state}&limit=100`)
        return ((await answer.json()) as { incidents: { id: string; event: string; resolution: string | null }[] })
          .incidents
      }
      // The demo shop's last fault is still going on.
      const open = await until('the demo to catch up', async () =>
        (await incidents('open')).find(({ event }) => event === 'Campaign Clicked'),
      )
      const domain = join(root, 'rules', 'domains', 'growth', 'domain.yaml')
      writeFileSync(domain, readFileSync(domain, 'utf8').replace(/defaults:[\s\S]*$/, ''))
      const resolved = await until('it to be resolved', async () =>
        (await incidents('resolved')).find(({ id }) => id === open.id),
      )
      expect(resolved.resolution).toBe('manual')
      expect((await incidents('open')).map(({ id }) => id)).not.toContain(open.id)
      await until('the receiver', () => assay.output().includes('closed because its SLOs were taken out of the rules'))
      await until('the page', async () => (await (await fetch(assay.url)).text()).includes('(manual)'))
    } finally {
      await assay.kill()
      remove()
    }
  },
)
