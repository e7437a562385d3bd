import { loadProject } from '../../src/config/load.ts'
import { createFileSource } from '../../src/observe/sources/file/file-source.ts'
import { compilePlan } from '../../src/plan/compile.ts'
import { createEvaluateLoop } from '../../src/runtime/evaluate-loop.ts'
import { ingest } from '../../src/runtime/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'

// The real loops over an archive, on the clock that is given: a line a commit, then `done`. Its parent ends it when it likes.
const [config = '', store = '', at = ''] = process.argv.slice(2)
const { project } = loadProject(config)
if (project === null) throw new Error('the configuration has problems')
const { plan } = compilePlan(project)
const source = project.assay.value.sources[0]
if (plan === null || source?.type !== 'file') throw new Error('the plan has problems')
const now = (): number => Number(at)
const db = await openStore(JSON.parse(store) as StoreConfig)
const writer = await takeWriter(db)
const stop = new AbortController()
const loop = createEvaluateLoop({
  db,
  holder: 'test',
  plan: () => plan,
  routes: () => project.routes.value,
  publicUrl: null,
  now,
  log: { info: () => undefined, warn: console.error, error: console.error },
  onRound: async () => undefined,
  onLead: () => undefined,
})
const judging = loop.run(stop.signal)
await ingest(
  createFileSource({
    id: source.id,
    root: project.root,
    paths: source.paths,
    format: source.format,
    follow: false,
    now,
  }),
  {
    db,
    writer,
    plan: () => plan,
    horizon: source.duplicates_horizon,
    judged: loop.settled,
    onCommit: () => {
      console.log('committed')
      loop.wake()
    },
    onFailure: (_source, failure) => {
      throw failure
    },
    onRecovery: () => undefined,
  },
  stop.signal,
)
await loop.settled()
console.log('done')
stop.abort()
await judging
await db.close()
