import { join } from 'node:path'
import { readConfiguration } from '../../../src/cli/project.ts'
import { HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import type { WindowCounts } from '../../../src/model/window.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { DueStream } from '../../../src/runtime/volume/volume-watch.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter, type Writer } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database } from '../../../src/store/sql.ts'
import { testProject } from '../../cli/project.ts'
import { commitOf, countsOf, facetOf, seriesOf, stepOf } from '../../support/commits.ts'

/** A Monday. */
const START = Date.UTC(2026, 0, 5)
export const at = (hour: number): Instant => START + hour * HOUR

const contract = (event: string, status: string) =>
  `event: ${event}\nstatus: ${status}\nversions:\n  - { version: 1, schema: { type: object } }\n`

/** What one minute of an event holds; platforms by name, and app version where one follows: `ios 4.2.1`. */
export interface Arrived {
  readonly minute: Instant
  readonly counts: Partial<WindowCounts>
  readonly platforms?: Readonly<Record<string, number>>
}

/** A store with a plan that has a volume SLO for each event. */
export interface VolumeProject {
  readonly plan: Plan
  readonly db: Database
  readonly writer: Writer
  /** An event's minutes with records in them; all that was before their end was observed. */
  readonly arrive: (event: string, arrived: readonly Arrived[]) => Promise<void>
  /** The plan with other settings in `assay.yaml`, with SLOs of other events, or with some that are planned. */
  readonly planWith: (settings: string, events?: readonly string[], planned?: readonly string[]) => Plan
  readonly close: () => Promise<void>
}

export function due(event: string, until: Instant): DueStream {
  return { stream: { event, source: null }, until, sourcesAt: () => ['shop'] }
}

export async function volumeProject(events: readonly string[]): Promise<VolumeProject> {
  const slug = (event: string) => event.toLowerCase().replaceAll(' ', '-')
  const rules = (settings: string) =>
    `version: 1\n${settings}sources:\n  - { id: shop, type: file, paths: [shop.ndjson], format: { type: segment } }\n`
  const filesOf = (named: readonly string[], planned: readonly string[] = []) => ({
    'rules/domains/checkout/domain.yaml': 'domain: checkout\nowner: { team: payments }\ntier: P1\n',
    'rules/domains/checkout/slos.yaml': `slos:\n${named
      .map(
        (event) => `  - { name: ${slug(event)}, sli: { kind: volume, event: ${event} }, objective: 99, window: 30d }\n`,
      )
      .join('')}`,
    ...Object.fromEntries(
      events.map((event) => [
        `rules/domains/checkout/events/${slug(event).replaceAll('-', '_')}.yaml`,
        contract(event, planned.includes(event) ? 'planned' : 'active'),
      ]),
    ),
  })
  const projects = [testProject({ 'rules/assay.yaml': rules(''), ...filesOf(events) })]
  function planIn(cwd: string): Plan {
    const { plan, problems } = readConfiguration('rules/assay.yaml', { cwd, env: {} })
    if (plan === null) throw new Error(`the project of the test has problems: ${JSON.stringify(problems)}`)
    return plan
  }
  const path = projects[0]?.path ?? ''
  const plan = planIn(path)
  const db = await openStore({ type: 'sqlite', path: join(path, '.assay/assay.db') })
  const writer = await takeWriter(db)
  let commits = 0
  return {
    plan,
    db,
    writer,
    arrive: async (event, arrived) => {
      const series = seriesOf(event, 'shop')
      const observedUntil = Math.max(...arrived.map(({ minute }) => minute)) + MINUTE
      const step = stepOf(commits === 0 ? null : String(commits), String(commits + 1), { observedUntil })
      commits += 1
      const windows = arrived.map(({ minute, counts: { received = 0, ...more } }) => {
        return { series, minute, counts: countsOf(received, more) }
      })
      const facets = arrived.flatMap(({ minute, platforms = {} }) =>
        Object.entries(platforms).map(([platform, count]) => {
          return { series, minute, facet: facetOf(...named(platform)), counts: countsOf(count) }
        }),
      )
      const delta = { windows, facets, findings: [] }
      await commitIngest(db, writer, commitOf({ source: 'shop', steps: [step], delta }))
    },
    planWith: (settings, named = events, planned = []) => {
      const other = testProject({ 'rules/assay.yaml': rules(settings), ...filesOf(named, planned) })
      projects.push(other)
      return planIn(other.path)
    },
    close: async () => {
      await writer.release()
      await db.close()
      for (const project of projects) project.remove()
    },
  }
}

function named(client: string): [platform: string, appVersion: string | null] {
  const [platform = '', appVersion = null] = client.split(' ')
  return [platform, appVersion]
}
