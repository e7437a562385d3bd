import { MINUTE } from '../../src/model/time.ts'
import { readConfiguration } from '../../src/cli/project.ts'
import { createEarlyCheck } from '../../src/observe/check/early.ts'
import { createFileSource } from '../../src/observe/sources/file/file-source.ts'
import { createBehindWatch } from '../../src/runtime/behind.ts'
import { createEvaluateLoop } from '../../src/runtime/evaluate-loop.ts'
import { ingest } from '../../src/runtime/ingest.ts'
import { claimStore, takeWriter } from '../../src/store/leases.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'

/** What the process is to do. */
export interface LiveLoopsTask {
  readonly config: string
  readonly store: StoreConfig
  /** What its clock shows at the start. */
  readonly startsAt: number
  /** Records of a batch: small ones give a kill many places to fall between. */
  readonly batch: number
  /** Whether each commit wakes the judge; otherwise it looks once a second, and reading runs ahead of it. */
  readonly wakes: boolean
}

/**
 * A daemon's ingest and evaluate loops over the file sources of a configuration, on a clock of its own, until the archives
 * are read and judged. Prints a line for each commit and each round that judged something, and `done` at the end.
 */
const task = JSON.parse(process.argv[2] ?? '') as LiveLoopsTask
const { project, plan, problems } = readConfiguration(task.config, { cwd: process.cwd(), env: {} })
if (project === null || plan === null) throw new Error(JSON.stringify(problems))

const began = performance.now()
const now = (): number => task.startsAt + Math.floor(performance.now() - began)
const failed = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

const db = await openStore(task.store)
const claim = await claimStore(db, 'of the test')
const writer = await takeWriter(db)
const stopping = new AbortController()
const behind = createBehindWatch(() => MINUTE)
const loop = createEvaluateLoop({
  db,
  holder: `live-loops:${process.pid}`,
  plan: () => plan,
  routes: () => project.routes.value,
  publicUrl: null,
  now,
  log: { info: () => undefined, warn: (_fields: object, text?: string) => failed(text ?? ''), error: () => undefined },
  onLead: () => undefined,
  onRound: async (evaluator, { judged }) => {
    await evaluator.fallBehind(behind.look(evaluator.accounts.watermarks(), now()), now())
    if (judged > 0) console.log(`judged ${judged}`)
  },
})

const judging = loop.run(stopping.signal)
await Promise.all(
  project.assay.value.sources.map((config) => {
    if (config.type !== 'file') throw new Error('file sources only')
    const { id, paths, format, follow = true, duplicates_horizon: horizon } = config
    const source = createFileSource({
      ...{ id, paths, format, follow, now },
      root: project.root,
      early: createEarlyCheck(() => plan),
      limits: { records: task.batch },
    })
    return ingest(
      source,
      {
        ...{ db, writer, horizon },
        plan: () => plan,
        judged: loop.settled,
        onCommit: (_source, _observed, { length }) => {
          console.log(`stored ${length}`)
          if (task.wakes) loop.wake()
        },
        onFailure: (_source, { message }) => failed(message),
        onRecovery: () => undefined,
      },
      stopping.signal,
    )
  }),
)
await loop.settled()
stopping.abort()
await judging
await writer.release()
await claim.release()
await db.close()
console.log('done')
