import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readProject } from '../../src/config/load.ts'
import { byPlace } from '../../src/config/problem-order.ts'
import { type Problem, problemLine } from '../../src/model/problem.ts'
import { compilePlan } from '../../src/plan/compile.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { temporaryFolder } from './temporary.ts'

/** Files of a configuration by path from the project's folder; null takes one of `SOUND` away. */
export type Files = Readonly<Record<string, string | Uint8Array | null>>

/** A small configuration without anything wrong. */
export const SOUND: Readonly<Record<string, string>> = {
  'rules/assay.yaml': `version: 1
sources:
  - { id: web, type: http }
  - { id: archive, type: file, paths: ["data/*.ndjson"], format: { type: segment } }
`,
  'rules/domains/checkout/domain.yaml': `domain: checkout
owner: { team: payments }
tier: P0
`,
  'rules/domains/checkout/events/order_completed.yaml': `event: Order Completed
versions:
  - version: 1
    schema:
      type: object
      required: [order_id]
      properties:
        order_id: { type: string }
`,
  'rules/domains/checkout/slos.yaml': `slos:
  - name: orders-valid
    sli: { kind: validity, event: Order Completed }
    objective: 99.9
`,
  'alerts/routes.yaml': `receivers:
  - { name: screen, console: {} }
routes:
  - { to: [screen] }
`,
}

/** Writes a configuration into a folder of its own. */
export function writeProject(files: Files): {
  readonly root: string
  readonly config: string
  readonly remove: () => void
} {
  const { path: root, remove } = temporaryFolder()
  for (const [name, text] of Object.entries({ ...SOUND, ...files })) {
    if (text === null) continue
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return { root, config: join(root, 'rules/assay.yaml'), remove }
}

/** What `lint` says of a configuration, and the plan where it has one. */
export function linted(files: Files): {
  readonly lines: string[]
  readonly problems: readonly Problem[]
  readonly plan: Plan | null
} {
  const { config, remove } = writeProject(files)
  try {
    const { project, problems } = readProject(config)
    const compiled = compilePlan(project, new Map(), true)
    const all = [...problems, ...compiled.problems].sort(byPlace)
    const isBroken = all.some(({ severity }) => severity === 'error')
    return { lines: all.map(problemLine), problems: all, plan: isBroken ? null : compiled.plan }
  } finally {
    remove()
  }
}

/** The plan of a configuration that must have one. */
export function planned(files: Files): Plan {
  const { plan, lines } = linted(files)
  if (plan === null) throw new Error(`not a sound configuration:\n${lines.join('\n')}`)
  return plan
}
