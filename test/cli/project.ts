import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ExitCode, Io } from '../../src/cli/io.ts'
import { readConfiguration } from '../../src/cli/project.ts'
import { type Instant, MINUTE } from '../../src/model/time.ts'
import type { WindowCounts } from '../../src/model/window.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { commitOf, countsOf, seriesOf, stepOf } from '../support/commits.ts'
import { evaluatorOf } from '../support/evaluator.ts'
import { type Ran, runCommand } from '../support/run-command.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts'

/** A project in a folder of its own, and the commands as if typed in it. */
export interface TestProject extends TemporaryFolder {
  readonly write: (path: string, text: string | Uint8Array) => void
  readonly run: (command: (io: Io) => Promise<ExitCode>, change?: Partial<Io>) => Promise<Ran>
  /** Fills the store with a source's minutes from `start` on, and judges them all. */
  readonly fill: (start: Instant, minutes: readonly Partial<WindowCounts>[]) => Promise<void>
}

const CONTRACT = `event: Order Completed
versions:
  - version: 1
    schema:
      type: object
      required: [order_id, revenue]
      properties:
        order_id: { type: string }
        revenue: { type: number }
`

const FILES: Readonly<Record<string, string>> = {
  'rules/assay.yaml': 'version: 1\nsources:\n  - { id: web, type: http }\n',
  'rules/domains/checkout/domain.yaml': 'domain: checkout\nowner: { team: payments }\ntier: P0\n',
  'rules/domains/checkout/events/order_completed.yaml': CONTRACT,
  'rules/domains/checkout/slos.yaml': `slos:
  - { name: order-validity, sli: { kind: validity, event: Order Completed }, objective: 99 }
  - { name: order-freshness, sli: { kind: freshness, event: Order Completed, source: web, max_age: 10m }, objective: 99 }
`,
}

export function testProject(files: Readonly<Record<string, string>> = {}): TestProject {
  const folder = temporaryFolder()
  const write = (path: string, text: string | Uint8Array): void => {
    const file = join(folder.path, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  for (const [path, text] of Object.entries({ ...FILES, ...files })) write(path, text)
  return {
    ...folder,
    write,
    run: (command, change) => runCommand(folder.path, command, change),
    fill: (start, minutes) => fill(folder.path, start, minutes),
  }
}

async function fill(root: string, start: Instant, minutes: readonly Partial<WindowCounts>[]): Promise<void> {
  const { plan } = readConfiguration('rules/assay.yaml', { cwd: root, env: {} })
  if (plan === null) throw new Error('the project of the test has problems')
  const db = await openStore({ type: 'sqlite', path: join(root, '.assay/assay.db') })
  const writer = await takeWriter(db)
  const windows = minutes.flatMap((counts, index) => {
    const minute = start + index * MINUTE
    return counts.received === undefined || counts.received === 0
      ? []
      : [
          {
            series: seriesOf('Order Completed'),
            minute,
            counts: countsOf(counts.received, { lastArrival: minute + 30_000, ...counts }),
          },
        ]
  })
  const until = start + minutes.length * MINUTE
  const step = stepOf(null, 'end', { observedUntil: until, listeningSince: start })
  await commitIngest(db, writer, commitOf({ steps: [step], delta: { windows, facets: [], findings: [] } }))
  const evaluator = await evaluatorOf({ db, plan })
  await evaluator.evaluate()
  await writer.release()
  await db.close()
}
