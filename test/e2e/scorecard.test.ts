import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { MINUTE } from '../../src/model/time.ts'
import type { ScorecardDocument } from '../../src/report/scorecard/document.ts'
import { monthAt, monthBefore } from '../../src/report/scorecard/month.ts'
import { type TestProject, testProject } from '../cli/project.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { until } from '../support/until.ts'
import { startWebhook } from '../support/webhook-server.ts'
import { THOROUGH } from '../support/thorough.ts'

const last = monthBefore(monthAt(Date.now(), 'UTC'))

const cleanUp: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

async function start(project: TestProject): Promise<RunningAssay> {
  const assay = await startAssay(join(project.path, 'rules', 'assay.yaml'))
  cleanUp.push(assay.kill)
  return assay
}

describe.skipIf(!THOROUGH)('last month’s scorecard (half a minute, so only with ASSAY_REQUIRE=all)', () => {
  it('is posted once over kill -9 and a restart, and stays what it was once it is final, whatever the plan', async () => {
    const hook = await startWebhook({ secret: null })
    cleanUp.push(hook.close)
    const project = testProject()
    cleanUp.push(project.remove)
    const routes = (to: string): string => `receivers:
  - { name: hook, webhook: { url: "${hook.endpoint}" } }
  - { name: other, webhook: { url: "${hook.endpoint}" } }
routes: [{ to: [hook] }]
scorecard: { to: ${to}, schedule: "* * * * *" }
`
    project.write('alerts/routes.yaml', routes('hook'))
    await project.fill(
      last.from + MINUTE,
      Array.from({ length: 30 }, () => ({ received: 10, invalid: 1 })),
    )
    const posts = () => hook.messages.flatMap(({ body }) => (body['type'] === 'scorecard.posted' ? [body] : []))

    const first = await start(project)
    await until('the scorecard to be posted', () => posts()[0], 60_000)
    const card = await (await fetch(`${first.url}/api/v1/scorecards/${last.name}`)).text()
    await first.kill()

    project.write('alerts/routes.yaml', routes('[hook, other]'))
    project.write('rules/domains/checkout/slos.yaml', 'slos: []\n')
    const second = await start(project)
    await until('the other one to hear of it', () => posts()[1], 60_000)
    expect(posts().map(({ data }) => (data as { month: string }).month)).toEqual([last.name, last.name])
    expect(new Set(posts().map(({ id }) => id)).size).toBe(2)
    expect(posts()[0]).toMatchObject({
      data: { score: expect.any(Number), domains: [{ domain: 'checkout', owner: 'payments' }] },
    })
    const { state } = JSON.parse(card) as ScorecardDocument
    const again = await (await fetch(`${second.url}/api/v1/scorecards/${last.name}`)).text()
    if (state === 'frozen') expect(again).toBe(card)
    expect(await second.stop()).toBe(0)
  }, 150_000)
})
